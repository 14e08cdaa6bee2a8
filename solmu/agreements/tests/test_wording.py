"""Variables in clauses, and comparisons word by word."""

from solmu.agreements.drafting import wording


def test_variables_are_found_once_in_their_order():
    assert wording.variables(["From {start} to {end}.", "{partner.name}, {start}"]) == [
        "start",
        "end",
        "partner.name",
    ]


def test_braces_that_are_no_variable_are_named():
    assert wording.mistakes("{start} {Start} {two words} {") == ["{Start}", "{two words}", "{"]


def test_missing_values_are_told_and_leave_a_gap():
    values = {"start": "1.1.2027", "end": "  "}
    assert wording.missing(["{start}–{end}"], values) == ["end"]
    assert wording.filled("{start}–{end}", values, gap="……") == "1.1.2027–……"
    assert wording.parts("{start}–{end}.", values) == ["1.1.2027–", wording.Gap("end"), "."] or (
        wording.parts("{start}–{end}.", values) == ["1.1.2027", "–", wording.Gap("end"), "."]
    )


def test_a_value_with_braces_is_not_filled_again():
    assert wording.filled("{a}", {"a": "{b}", "b": "no"}) == "{b}"


def test_comparison_tells_the_words_that_changed():
    pieces = wording.compared(
        "Irtisanomisaika on kolme kuukautta.", "Irtisanomisaika on kuusi kuukautta."
    )
    assert [(piece.what, piece.text) for piece in pieces] == [
        ("same", "Irtisanomisaika on "),
        ("removed", "kolme"),
        ("added", "kuusi"),
        ("same", " kuukautta."),
    ]


def test_both_texts_can_be_read_from_a_comparison():
    before, after = "Yksi kaksi, kolme.", "Kaksi ja kolme neljä."
    pieces = wording.compared(before, after)
    assert "".join(p.text for p in pieces if p.what != "added") == before
    assert "".join(p.text for p in pieces if p.what != "removed") == after
