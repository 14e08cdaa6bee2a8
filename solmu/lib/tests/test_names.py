"""Names compared."""

import pytest

from solmu.lib import names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hattaran Konepaja Oy", "OY HATTARAN KONEPAJA AB"),
        ("Sähkö & Valo Ky", "Sähkö ja Valo"),
        ("Väljamõeldud Puit OÜ", "Valjamoeldud Puit"),
        ("Menninkäiset r.y.", "Menninkäiset"),
    ],
)
def test_key_is_the_same_for_one_name(one: str, other: str) -> None:
    assert names.key(one) == names.key(other)


def test_key_of_a_bare_legal_form_is_kept() -> None:
    assert names.key("Oy Ab") == "oy ab"


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Satulinnan Rakennus Oy", "Satulinan Rakenus", True),
        ("Kone Pajat", "Konepajat Oy", True),
        ("Tavastian Kone", "Tavastian Koneet", True),
        ("Rakennus Satulinna", "Satulinna Rakennus", True),
        ("Tavastian Kone", "Tavastian Metalli", False),
        ("Päiväkoti 1", "Päiväkoti 2", False),
        ("Hämeen Talo", "Hämeen Talotekniikka", False),
    ],
)
def test_similarity_tells_typing_errors_from_other_names(one: str, other: str, alike: bool) -> None:
    assert (names.similarity(one, other) >= names.SIMILAR) is alike


def test_index_finds_the_alike_best_first() -> None:
    index = names.NameIndex(
        [
            (1, "Satulinnan Rakennus Oy", "109"),
            (2, "Satumaan Hoiva Oy", "109"),
            (3, "Hattara Oy", ""),
        ]
    )
    assert [match.id for match in index.similar("Satulinan Rakenus Oy", "109")] == [1]
    assert index.similar("Unelmalan Leipomo", "109") == []
    assert index.same(names.key("HATTARA AB")) == [3]


def test_another_place_makes_less_alike() -> None:
    index = names.NameIndex([(1, "Hoiva Oy", "109")])
    assert index.similar("Hoiva", "109")[0].score > index.similar("Hoiva", "398")[0].score
