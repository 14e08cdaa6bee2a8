"""What can be found of partners, contacts and dialogue: one SELECT a kind, for one and for all."""

from collections.abc import Iterable

from solmu.partnerships.models import Contact, DialogueEntry, Stakeholder
from solmu.search import indexing
from solmu.search.models import PERSON

PARTNER, CONTACT, DIALOGUE = "partnership", PERSON, "dialogue"

# Of the partner's page, told without loading all addresses.
_ADDRESS = "'/partners/' || s.id || '/'"
_NAME = "COALESCE(NULLIF(o.name_fi, ''), NULLIF(o.name_sv, ''), o.name_en)"

_PARTNERS = f"""
    SELECT s.id AS record_id, s.institution_id, FALSE AS public, FALSE AS leaders_only,
        NULL::bigint AS author_id, {_NAME} AS title,
        concat_ws(' · ', NULLIF(o.name_sv, ''), NULLIF(o.name_en, ''), NULLIF(m.name_fi, ''),
            NULLIF(NULLIF(m.name_sv, ''), m.name_fi), NULLIF(o.business_id, ''),
            NULLIF(now.goals, ''), NULLIF(s.next_step, ''), NULLIF(s.notes, ''),
            CASE WHEN s.extra <> '{{}}' THEN
                (SELECT string_agg(value, ' · ' ORDER BY key) FROM jsonb_each_text(s.extra)) END
            ) AS text,
        'fi' AS language, {_ADDRESS} AS url
    FROM partnerships_stakeholder s
    JOIN organisations_organisation o ON o.id = s.organisation_id
    LEFT JOIN organisations_municipality m ON m.code = o.municipality_id
    LEFT JOIN partnerships_standing now ON now.stakeholder_id = s.id AND NOT EXISTS (
        SELECT FROM partnerships_standing later
        WHERE later.stakeholder_id = now.stakeholder_id AND later.valid >> now.valid
    )
"""  # noqa: S608

_CONTACTS = f"""
    SELECT c.id AS record_id, s.institution_id, FALSE AS public, FALSE AS leaders_only,
        NULL::bigint AS author_id,
        COALESCE(NULLIF(trim(p.given_name || ' ' || p.family_name), ''), NULLIF(p.email, ''), '–')
            AS title,
        concat_ws(' · ', {_NAME}, NULLIF(c.title, ''), NULLIF(p.email, ''), NULLIF(p.phone, ''))
            AS text,
        'fi' AS language, {_ADDRESS} || '?tab=contacts' AS url
    FROM partnerships_contact c
    JOIN partnerships_stakeholder s ON s.id = c.stakeholder_id
    JOIN people_person p ON p.id = c.person_id
    JOIN organisations_organisation o ON o.id = s.organisation_id
"""  # noqa: S608

# A last contact that an import noted says nothing to search for, until a person writes to it.
_DIALOGUE = f"""
    SELECT d.id AS record_id, s.institution_id, FALSE AS public, d.limited AS leaders_only,
        d.author_id, d.title, concat_ws(' · ', {_NAME}, NULLIF(d.text, '')) AS text,
        d.language, {_ADDRESS} || '?tab=dialogue#entry-' || d.id AS url
    FROM partnerships_dialogueentry d
    JOIN partnerships_stakeholder s ON s.id = d.stakeholder_id
    JOIN organisations_organisation o ON o.id = s.organisation_id
    WHERE d.kind <> 'contact' OR d.author_id IS NOT NULL
"""  # noqa: S608


def index_stakeholders(ids: Iterable[int] | None = None) -> None:
    """Write the entries of some stakeholders, or of all."""
    indexing.fill(PARTNER, _PARTNERS, ids)


def index_contacts(ids: Iterable[int] | None = None) -> None:
    """Write the entries of some contacts, or of all."""
    indexing.fill(CONTACT, _CONTACTS, ids)


def index_dialogue(ids: Iterable[int] | None = None) -> None:
    """Write the entries of some dialogue entries, or of all."""
    indexing.fill(DIALOGUE, _DIALOGUE, ids)


def index_organisations(ids: Iterable[int]) -> None:
    """Write anew what names these organisations, after their public facts have changed."""
    of = Stakeholder.objects.filter(organisation_id__in=list(ids))
    stakeholders = list(of.values_list("pk", flat=True))
    index_stakeholders(stakeholders)
    for model, index in ((Contact, index_contacts), (DialogueEntry, index_dialogue)):
        rows = model.objects.filter(stakeholder_id__in=stakeholders)
        index(list(rows.values_list("pk", flat=True)))


def index_people(ids: Iterable[int]) -> None:
    """Write anew the contacts of people whose name or address has changed."""
    contacts = list(Contact.objects.filter(person_id__in=list(ids)).values_list("pk", flat=True))
    index_contacts(contacts)
    entries = DialogueEntry.objects.filter(contact_id__in=contacts)
    index_dialogue(list(entries.values_list("pk", flat=True)))
