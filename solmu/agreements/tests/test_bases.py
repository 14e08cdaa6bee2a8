"""Templates: who may, drafts and versions, approval, copies and what their original changed."""

import json
from typing import Any

import pytest

from solmu.agreements.bases import copying, differing, exchange, shipping, waiting, writing
from solmu.agreements.bases.exchange import TemplateIn
from solmu.agreements.bases.rules import BaseError
from solmu.agreements.models import Base, BaseClause, BaseVersion
from solmu.agreements.permissions import can_approve_base, can_edit_base
from solmu.organisations.models import Institution
from solmu.organisations.tests import factories
from solmu.people.viewer import Viewer
from solmu.people.viewing import viewer_for_user_id
from solmu.search.models import Entry
from solmu.ui.menu import told

pytestmark = pytest.mark.django_db

State = BaseVersion.State


def clause(key: str, text: str = "Teksti {start}.", **more: Any) -> dict[str, Any]:
    return {"key": key, "title": {"fi": key.capitalize()}, "text": {"fi": text}, **more}


def template(*clauses: dict[str, Any]) -> TemplateIn:
    return exchange.read(
        {
            "kind": "work_life",
            "name": {"fi": "Kumppanuus", "sv": "Partnerskap"},
            "clauses": list(clauses) or [clause("parties"), clause("purpose"), clause("term")],
        }
    )


@pytest.fixture
def own() -> Institution:
    return factories.institution("Oma opisto")


@pytest.fixture
def other() -> Institution:
    return factories.institution("Toinen opisto")


def viewer(institution: Institution, role: str = "leader") -> Viewer:
    person = factories.person_with_role(institution, role)
    assert person.user_id
    return viewer_for_user_id(person.user_id)


def approved(institution: Institution, by: Viewer, *clauses: dict[str, Any]) -> Base:
    base = writing.create(template(*clauses), by=by, institution=institution)
    writing.approve(base, by=by)
    return base


def row(base: Base, key: str, state: str = State.DRAFT) -> BaseClause:
    return BaseClause.objects.select_related("version").get(
        version__base=base, version__state=state, key=key
    )


def write(base: Base, key: str, text: str, by: Viewer) -> None:
    one = row(base, key)
    writing.write_clause(one, {"text_fi": text}, edition=one.edition, by=by)


# What Solmu ships


def test_shipped_templates_are_whole_in_three_languages() -> None:
    needed = {"parties", "purpose", "goals", "benefits", "duties", "data-protection", "review"}
    for kind, one in shipping.shipped().items():
        keys = {each.key for each in one.template.clauses}
        assert needed <= keys, kind
        for part in ("costs", "results", "term", "disputes"):
            assert any(key.startswith(part) for key in keys), (kind, part)
        for each in one.template.clauses:
            for code in ("fi", "sv", "en"):
                assert getattr(each.title, code), (kind, each.key, code)
                assert getattr(each.text, code), (kind, each.key, code)
    network = {each.key for each in shipping.shipped()["network"].template.clauses}
    assert {"accession", "withdrawal"} <= network


def test_languages_of_a_shipped_clause_use_the_same_variables() -> None:
    for kind, one in shipping.shipped().items():
        for each in one.template.clauses:
            used = [
                set(exchange.wording.variables([getattr(each.text, code)]))
                for code in ("fi", "sv", "en")
            ]
            assert used[0] == used[1] == used[2], (kind, each.key)


def test_loading_shipped_templates_again_changes_nothing() -> None:
    shipping.load_shipped()
    before = list(BaseVersion.objects.values_list("pk", "number", "state"))
    shipping.load_shipped()
    assert list(BaseVersion.objects.values_list("pk", "number", "state")) == before
    assert shipping.shipped_base("intent").versions.get().state == State.APPROVED


def test_a_changed_shipped_text_becomes_the_next_version() -> None:
    shipping.load_shipped()
    base = shipping.shipped_base("project")
    BaseClause.objects.filter(version__base=base, key="purpose").update(text_fi="Vanha.")
    shipping.load_shipped()
    assert list(base.versions.values_list("number", "state")) == [(1, "replaced"), (2, "approved")]


# Drafts and versions


def test_an_approved_version_never_changes(own: Institution) -> None:
    by = viewer(own)
    base = approved(own, by)
    one = row(base, "purpose", State.APPROVED)
    with pytest.raises(BaseError):
        writing.write_clause(one, {"text_fi": "Muu"}, edition=one.edition, by=by)
    with pytest.raises(BaseError):
        writing.remove_clause(one, by=by)

    draft = writing.start_draft(base, by=by)
    assert draft.number == 2
    assert writing.start_draft(base, by=by).pk == draft.pk
    write(base, "purpose", "Uusi {start}.", by)
    writing.approve(base, by=by, note="Tarkennettu.")

    states = list(base.versions.values_list("number", "state"))
    assert states == [(1, "replaced"), (2, "approved")]
    first = base.versions.get(number=1)
    assert first.clauses.get(key="purpose").text_fi == "Teksti {start}."
    [one_difference] = differing.changed(first.clauses.all(), copying.in_use(base).clauses.all())
    assert (one_difference.key, one_difference.what) == ("purpose", "changed")


def test_a_clause_that_somebody_changed_meanwhile_is_not_overwritten(own: Institution) -> None:
    by = viewer(own)
    base = writing.create(template(), by=by, institution=own)
    seen = row(base, "purpose").edition
    write(base, "purpose", "Ensimmäinen.", by)
    with pytest.raises(writing.ChangedMeanwhileError) as caught:
        writing.write_clause(row(base, "purpose"), {"text_fi": "Toinen."}, edition=seen, by=by)
    assert caught.value.clause.text_fi == "Ensimmäinen."


def test_what_is_no_variable_is_refused(own: Institution) -> None:
    by = viewer(own)
    base = writing.create(template(), by=by, institution=own)
    with pytest.raises(BaseError, match="Start"):
        write(base, "purpose", "Alkaa {Start}.", by)
    with pytest.raises(BaseError):
        template(clause("purpose", "Alkaa {"))


def test_clauses_are_put_in_another_order_added_and_taken_out(own: Institution) -> None:
    by = viewer(own)
    base = writing.create(template(), by=by, institution=own)
    writing.move_clause(row(base, "term"), up=True, by=by)
    writing.move_clause(row(base, "parties"), up=True, by=by)  # first already
    draft = base.versions.get()
    writing.add_clause(draft, {"title_fi": "Purpose"}, after=row(base, "parties"), by=by)
    assert [one.key for one in draft.clauses.all()] == ["parties", "purpose-2", "term", "purpose"]
    writing.remove_clause(row(base, "term"), by=by)
    assert [one.key for one in draft.clauses.all()] == ["parties", "purpose-2", "purpose"]


def test_an_empty_draft_is_not_approved(own: Institution) -> None:
    by = viewer(own)
    empty = exchange.read({"kind": "other", "name": {"fi": "Tyhjä"}})
    base = writing.create(empty, by=by, institution=own)
    with pytest.raises(BaseError):
        writing.approve(base, by=by)
    writing.add_clause(base.versions.get(), {"title_fi": "Otsikko"}, after=None, by=by)
    with pytest.raises(BaseError, match="Otsikko"):
        writing.ask_approval(base, by=by)


def test_the_only_version_is_not_dropped(own: Institution) -> None:
    by = viewer(own)
    base = writing.create(template(), by=by, institution=own)
    with pytest.raises(BaseError):
        writing.drop_draft(base, by=by)
    writing.approve(base, by=by)
    writing.start_draft(base, by=by)
    writing.drop_draft(base, by=by)
    assert base.versions.get().state == State.APPROVED


# Who may


def test_coordinators_write_and_leaders_approve(own: Institution, other: Institution) -> None:
    leader, coordinator = viewer(own), viewer(own, "coordinator")
    base = writing.create(template(), by=coordinator, institution=own)
    assert can_edit_base(coordinator, base)
    assert not can_approve_base(coordinator, base)
    assert can_approve_base(leader, base)
    assert not can_edit_base(viewer(other), base)
    assert not can_edit_base(viewer(own, "contributor"), base)
    shipping.load_shipped()
    assert not can_edit_base(leader, shipping.shipped_base("project"))


def test_asked_approval_waits_for_the_leader_until_it_is_written_on(own: Institution) -> None:
    leader, coordinator = viewer(own), viewer(own, "coordinator")
    base = writing.create(template(), by=coordinator, institution=own)
    writing.ask_approval(base, by=coordinator)
    assert [one.url for one in told(waiting.waits(leader))] == [base.get_absolute_url()]
    assert told(waiting.waits(coordinator)) == []
    write(base, "purpose", "Vielä.", coordinator)
    assert told(waiting.waits(leader)) == []


def test_others_see_what_is_published(own: Institution, other: Institution) -> None:
    by, outsider = viewer(own), viewer(other)
    base = writing.create(template(), by=by, institution=own)
    with pytest.raises(BaseError):
        writing.publish(base, by=by)
    writing.approve(base, by=by)
    found = Base.objects.filter(pk=base.pk)
    assert not found.visible_to(outsider).exists()
    assert not Entry.objects.visible_to(outsider).filter(record_id=base.pk).exists()
    writing.publish(base, by=by)
    assert found.visible_to(outsider).exists()
    assert not found.visible_to(Viewer.anonymous()).exists()
    assert Entry.objects.visible_to(outsider).filter(kind="agreement-template").exists()


# Copies


def test_a_copy_is_told_of_changes_and_takes_them_clause_by_clause(
    own: Institution, other: Institution
) -> None:
    by, copier = viewer(own), viewer(other)
    base = approved(own, by)
    writing.publish(base, by=by)
    copy = copying.copy(base, by=copier, institution=other)
    assert (copy.copied_from_id, copy.copied_version) == (base.pk, 1)
    write(copy, "term", "Meidän sanamme.", copier)
    writing.approve(copy, by=copier)
    assert copying.newer_original(copy) is None
    assert told(waiting.waits(copier)) == []

    draft = writing.start_draft(base, by=by)
    write(base, "purpose", "Uusi tarkoitus.", by)
    write(base, "term", "Uusi kesto.", by)
    writing.add_clause(
        draft, {"title_fi": "Kestävyys", "text_fi": "Uusi."}, after=row(base, "parties"), by=by
    )
    assert copying.newer_original(copy) is None  # only a draft yet
    writing.approve(base, by=by)

    assert [one.title for one in told(waiting.waits(copier))] == ["Kumppanuus"]
    offered = {one.difference.key: (one.own, one.suggested) for one in copying.changes(copy)}
    assert offered == {
        "kestavyys": ("not there", True),
        "purpose": ("as it was", True),
        "term": ("own words", False),
    }
    with pytest.raises(BaseError):
        copying.take_over(copy, ["purpose"], seen=1, by=copier)
    made = copying.take_over(copy, ["purpose", "kestavyys", "unknown"], seen=2, by=copier)
    assert made is not None
    assert [one.key for one in made.clauses.all()] == ["parties", "kestavyys", "purpose", "term"]
    assert made.clauses.get(key="purpose").text_fi == "Uusi tarkoitus."
    assert made.clauses.get(key="term").text_fi == "Meidän sanamme."
    assert made.state == State.DRAFT
    copy.refresh_from_db()
    assert copy.copied_version == 2
    assert told(waiting.waits(copier)) == []


def test_a_copy_is_not_told_of_what_is_published_no_more(
    own: Institution, other: Institution
) -> None:
    by, copier = viewer(own), viewer(other)
    base = approved(own, by)
    writing.publish(base, by=by)
    copy = copying.copy(base, by=copier, institution=other)
    writing.start_draft(base, by=by)
    write(base, "purpose", "Salaista.", by)
    writing.approve(base, by=by)
    writing.unpublish(base, by=by)
    assert copying.newer_original(copy) is None
    assert told(waiting.waits(copier)) == []


def test_an_unapproved_template_is_not_copied(own: Institution) -> None:
    by = viewer(own)
    base = writing.create(template(), by=by, institution=own)
    with pytest.raises(BaseError):
        copying.copy(base, by=by, institution=own)


# As plain data


def test_json_comes_back_as_it_went(own: Institution) -> None:
    by = viewer(own)
    base = writing.create(
        template(
            clause("costs-a", optional=True, alternatives="costs", note="Huomaa."),
            clause("parties", kind="parties"),
        ),
        by=by,
        institution=own,
    )
    version = base.versions.get()
    told = json.dumps(exchange.told(base, version, version.clauses.all()))
    again = writing.create(exchange.read_json(told.encode()), by=by, institution=own)
    held = again.versions.get().clauses.all()
    assert differing.changed(version.clauses.all(), held) == []
    assert [one.key for one in held] == ["costs-a", "parties"]


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b'{"kind": "work_life"}',
        b'{"kind": "nonsense", "name": {"fi": "x"}}',
        b'{"kind": "other", "name": {"fi": "x"}, "clauses": [{"title": {"fi": ""}}]}',
        b'{"kind": "other", "name": {"fi": "x"}, "more": 1}',
        b'{"kind": "other", "name": {"fi": "x"}, "clauses": [{"key": "A B", "title": {"fi": 1}}]}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_template_says_so(content: bytes) -> None:
    with pytest.raises(BaseError):
        exchange.read_json(content)
