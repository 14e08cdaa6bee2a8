"""A programme for the world outside: schema.org data, a calendar of its starts, its frame."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from icalendar import Calendar, Event

from solmu.lib import clock
from solmu.training.models import Cohort, Programme

# In a <script> nothing may look like its end.
_ESCAPED = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def address(programme: Programme) -> str:
    """The whole address of the programme's page."""
    return settings.SOLMU_ADDRESS + programme.get_absolute_url()


def frame(programme: Programme) -> str:
    """What the institution puts on its own site to show the starts there."""
    address = settings.SOLMU_ADDRESS + reverse("training:embed", args=[programme.slug])
    return format_html(
        '<iframe src="{}" title="{}" width="100%" height="640" loading="lazy"></iframe>',
        address,
        programme.name,
    )


def course_data(programme: Programme, cohorts: Sequence[Cohort]) -> SafeString:
    """The programme as schema.org's Course with its instances, as JSON-LD."""
    organisation = programme.institution.organisation
    provider: dict[str, Any] = {"@type": "Organization", "name": str(organisation)}
    if organisation.website:
        provider["sameAs"] = organisation.website
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Course",
        "name": programme.name,
        "description": programme.about or programme.name,
        "url": address(programme),
        "provider": provider,
        "inLanguage": programme.languages,
        "hasCourseInstance": [
            {
                "@type": "CourseInstance",
                "courseMode": "Online",
                "courseWorkload": f"PT{programme.hours}H",
                "startDate": cohort.starts_on.isoformat(),
                "endDate": cohort.access_until.isoformat(),
                "location": {"@type": "VirtualLocation", "url": address(programme)},
            }
            for cohort in cohorts
        ],
    }
    if not data["hasCourseInstance"]:
        del data["hasCourseInstance"]
    if programme.for_whom:
        data["audience"] = {"@type": "Audience", "audienceType": programme.for_whom}
    if programme.price:
        data["offers"] = {"@type": "Offer", "description": programme.price}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPED)
    # A block of data: browsers neither run it nor ask the security policy about it.
    return mark_safe(f'<script type="application/ld+json">{text}</script>')


def calendar(programme: Programme, cohorts: Sequence[Cohort]) -> bytes:
    """The starts as a calendar to subscribe to."""
    made = Calendar()
    made.add("prodid", "-//Solmu//training//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", programme.name)
    for cohort in cohorts:
        event = Event()
        event.add("uid", f"{cohort.uuid}@{settings.SOLMU_HOST}")
        event.add("dtstamp", datetime.combine(clock.real_now().date(), time(), clock.HELSINKI))
        event.add("dtstart", cohort.starts_on)
        event.add("dtend", cohort.starts_on + timedelta(days=1))
        event.add("summary", programme.name)
        event.add("url", address(programme))
        event.add("transp", "TRANSPARENT")
        made.add_component(event)
    return bytes(made.to_ical())


def framed(response: HttpResponse, programme: Programme) -> HttpResponse:
    """Let the programme's own sites show the answer in a frame, and nobody else."""
    policy = {
        **settings.SECURE_CSP,
        "frame-ancestors": programme.embed_origins or settings.SECURE_CSP["frame-ancestors"],
    }
    response._csp_config = policy  # type: ignore[attr-defined]  # noqa: SLF001 - as csp_override does
    response.xframe_options_exempt = bool(programme.embed_origins)
    return response
