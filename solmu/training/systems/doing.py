"""What each system does for each action; each answers True when it is done, False when not yet."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.lib import clock
from solmu.lib.http import RefusedError
from solmu.people.viewer import Viewer
from solmu.training.exam import outside
from solmu.training.models import Cohort, Enrolment
from solmu.training.systems import google, microsoft, studenta
from solmu.training.systems.models import System, Work

Action, Kind = Work.Action, System.Kind
BY = gettext_noop("told by the institution's own system")
OTHER_ADDRESSES = 5  # matti.meikalainen2@… and so on
MEETING_HOURS = 1


def do(work: Work) -> bool:
    """Do a work. Raises ServiceError; the same work done twice leaves one account, one meeting."""
    doer = DOERS.get((work.system.kind, work.action))
    if doer is None:
        raise RefusedError(_("This system doesn't do that."))
    return doer(work)


def check(system: System) -> None:
    """See whether a system answers with its settings; raises ServiceError with what is wrong."""
    if system.kind == Kind.TEAMS:
        microsoft.check(tenant_of(system))
    elif system.kind == Kind.STUDENTA_API:
        studenta.check(interface_of(system))
    elif system.kind == Kind.STUDENTA_FILES:
        studenta.files_in(folder_of(system))
    else:
        google.check(domain_of(system), SCOPES[system.kind])


SCOPES: dict[str, tuple[str, ...]] = {
    Kind.ACCOUNTS: google.DIRECTORY,
    Kind.CLASSROOM: google.CLASSROOM,
    Kind.FORMS: google.FORMS,
}


def domain_of(system: System) -> google.Domain:
    """The Google domain that a system's settings name."""
    return google.Domain(system.open_secret, system.settings.get("admin", ""))


def tenant_of(system: System) -> microsoft.Tenant:
    """The Microsoft tenant that a system's settings name."""
    said = system.settings
    return microsoft.Tenant(
        said.get("tenant", ""),
        said.get("client", ""),
        system.open_secret,
        said.get("organiser", ""),
    )


def interface_of(system: System) -> studenta.Interface:
    """The student management system's interface that the settings name."""
    said = system.settings
    return studenta.Interface(
        said.get("address", ""), said.get("token_address", ""), said.get("client", ""),
        system.open_secret,
    )  # fmt: skip


def folder_of(system: System) -> Path:
    """The exchange folder; it lies below the installation's own, whatever was entered."""
    if not settings.SOLMU_EXCHANGE:
        raise RefusedError(_("This installation has no exchange folder (SOLMU_EXCHANGE)."))
    root = Path(settings.SOLMU_EXCHANGE).resolve()
    folder = (root / system.settings.get("folder", "").strip("/")).resolve()
    if not folder.is_relative_to(root):
        raise RefusedError(_("The folder has to lie below the installation's exchange folder."))
    return folder


def address_of(enrolment: Enrolment, domain: str, number: int = 1) -> str:
    """The account's address: matti.meikalainen@…, with a number when that is taken."""
    person = enrolment.person
    parts = [_plain(person.given_name.split(" ")[0]), _plain(person.family_name)]
    name = ".".join(part for part in parts if part) or f"osallistuja{enrolment.pk}"
    return f"{name[:56]}{number if number > 1 else ''}@{domain}"


def _plain(text: str) -> str:
    split = unicodedata.normalize("NFKD", text.casefold().replace("ø", "o").replace("ß", "ss"))
    return "".join(one for one in split if one.isascii() and (one.isalnum() or one == "-"))


def _account(work: Work) -> bool:
    enrolment, system = _enrolment(work), work.system
    domain = system.settings.get("domain", "")
    person = enrolment.person
    for number in range(1, OTHER_ADDRESSES + 1):
        address = address_of(enrolment, domain, number)
        user = google.NewUser(
            email=address,
            given_name=person.given_name or person.name,
            family_name=person.family_name or "–",
            unit=system.settings.get("unit", ""),
            external_id=str(enrolment.uuid),
            recovery_email=person.email,
        )
        try:
            google.create_user(domain_of(system), user)
        except google.TakenError:
            continue
        work.external_id = address
        return True
    raise RefusedError(_("All addresses of that name are taken."))


def _suspend(work: Work) -> bool:
    # Only what was made here: who came with an account of their own keeps it.
    if made := _made_account(_enrolment(work)):
        google.suspend_user(domain_of(work.system), made)
    return True


def _invite(work: Work) -> bool:
    google.invite(domain_of(work.system), work.system.settings.get("course", ""), _account_of(work))
    return True


def _accepted(work: Work) -> bool:
    course = work.system.settings.get("course", "")
    return google.has_accepted(domain_of(work.system), course, _account_of(work))


def _form_results(work: Work) -> bool:
    cohort, system = _cohort(work), work.system
    begin = datetime.combine(cohort.starts_on, time.min, clock.HELSINKI)
    accounts = {
        row.external_id.lower(): row.enrolment
        for row in Work.objects.filter(
            action=Action.ACCOUNT, enrolment__cohort=cohort
        ).select_related("enrolment")
        if row.external_id and row.enrolment
    }
    people = {
        one.person.email.lower(): one
        for one in cohort.enrolments.select_related("person", "programme")
        if one.person.email
    }
    by = Viewer.system(BY)
    for result in google.results(domain_of(system), system.settings.get("form", ""), begin):
        enrolment = accounts.get(result.email) or people.get(result.email)
        if enrolment is not None:
            outside.record(
                enrolment,
                right=round(result.points),
                asked=cohort.programme.questions,
                at=result.at,
                source=f"google-forms:{result.response_id}",
                by=by,
            )
    # The form takes answers until the access ends: it is looked at again until then.
    return clock.today() > cohort.access_until


def _meeting(work: Work) -> bool:
    cohort, system = _cohort(work), work.system
    hour, _colon, minute = system.settings.get("at", "9:00").partition(":")
    starts = datetime.combine(
        cohort.starts_on, time(int(hour), int(minute or 0)), tzinfo=clock.HELSINKI
    )
    programme = cohort.programme
    language = programme.languages[0] if programme.languages else "fi"
    url = microsoft.meeting(
        tenant_of(system),
        key=str(cohort.uuid),
        subject=str(programme),
        starts=starts,
        ends=starts + timedelta(hours=MEETING_HOURS),
        language=language,
    )
    with history.acting(Viewer.system(BY), BY):
        Cohort.objects.filter(pk=cohort.pk).update(meeting_url=url)
    work.external_id = url[:400]
    return True


def _send_results(work: Work) -> bool:
    cohort, system = _cohort(work), work.system
    rows = result_rows(cohort)
    name = f"{cohort.programme.slug}-{cohort.starts_on:%Y-%m-%d}"
    if system.kind == Kind.STUDENTA_FILES:
        studenta.write_results(folder_of(system), name, rows)
    else:
        studenta.send_results(interface_of(system), rows, key=f"{cohort.uuid}-{digest(rows)}")
    work.external_id = digest(rows)
    return True


def digest(rows: list[dict[str, Any]]) -> str:
    """What tells results that were sent from others: the same ones are never sent twice."""
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:32]


def result_rows(cohort: Cohort) -> list[dict[str, Any]]:
    """What the student management system is told of a cohort's participants."""
    return [
        {
            "hakemus_id": one.source_key or str(one.uuid),
            "sukunimi": one.person.family_name,
            "etunimi": one.person.given_name,
            "sahkoposti": one.person.email,
            "tila": one.state,
            "pisteet": f"{one.score:.2f}".replace(".", ",") if one.score is not None else "",
            "suoritettu": f"{one.finished_at.astimezone(clock.HELSINKI):%d.%m.%Y}"
            if one.finished_at
            else "",
            "todistus": "x" if one.state == Enrolment.State.CERTIFIED else "",
        }
        for one in cohort.enrolments.select_related("person").order_by(
            "person__family_name", "person__given_name", "pk"
        )
        if one.state not in {Enrolment.State.UNCONFIRMED, Enrolment.State.WITHDRAWN}
    ]


def _account_of(work: Work) -> str:
    """The participant's account: the one that was made, else their own address."""
    enrolment = _enrolment(work)
    found = _made_account(enrolment) or enrolment.person.email
    if not found:
        raise RefusedError(_("The participant has no account and no e-mail address."))
    return found


def _made_account(enrolment: Enrolment) -> str:
    done = Work.objects.filter(
        enrolment=enrolment, action=Action.ACCOUNT, state=Work.State.DONE
    ).values_list("external_id", flat=True)
    return done.first() or ""


def _enrolment(work: Work) -> Enrolment:
    if work.enrolment is None:
        raise RefusedError(_("This system doesn't do that."))
    return work.enrolment


def _cohort(work: Work) -> Cohort:
    if work.cohort is None:
        raise RefusedError(_("This system doesn't do that."))
    return work.cohort


DOERS: dict[tuple[str, str], Callable[[Work], bool]] = {
    (Kind.ACCOUNTS, Action.ACCOUNT): _account,
    (Kind.ACCOUNTS, Action.SUSPEND): _suspend,
    (Kind.CLASSROOM, Action.INVITE): _invite,
    (Kind.CLASSROOM, Action.CHECK): _accepted,
    (Kind.FORMS, Action.RESULTS): _form_results,
    (Kind.TEAMS, Action.MEETING): _meeting,
    (Kind.STUDENTA_FILES, Action.SEND): _send_results,
    (Kind.STUDENTA_API, Action.SEND): _send_results,
}


def key_file_problem(text: str) -> str:
    """Why a text is no service account's key file; empty: it is one."""
    try:
        found = json.loads(text)
    except ValueError:
        return _("This is no key file: it should be JSON from Google's console.")
    wanted = {"client_email", "private_key"}
    if not isinstance(found, dict) or not wanted <= found.keys():
        return _("The key file has no client_email or private_key.")
    return ""
