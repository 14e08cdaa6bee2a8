"""The list of agreements on a nation's data: the institution of the leader has one a partner."""

from collections.abc import Callable
from dataclasses import replace

import psycopg

from bench import pages
from bench.pages import Site

Emit = Callable[[str, float, str, int], None]

PATHS = {
    "agreements, first page": "/agreements/",
    "agreements, by state": "/agreements/?state=active",
    "agreements, few in a state": "/agreements/?state=expired",
    "agreements, by state and kind": "/agreements/?state=active&kind=project",
    "agreements, by title or party": "/agreements/?q=Kuutamolahti",
    "agreements, in force on a day": "/agreements/?on=2025-06-01",
    "agreements, by first day": "/agreements/?sort=valid_from",
    "agreements, by next review": "/agreements/?sort=review",
    "agreements, renewal calendar": "/agreements/calendar/",
}


def run(site: Site, database_url: str, emit: Emit) -> None:
    """Measure the list with its filters, one agreement, and the renewal calendar."""
    with psycopg.connect(database_url) as connection:
        count = connection.execute("SELECT count(*) FROM agreements_agreement").fetchone()
        one = connection.execute(
            "SELECT max(id) FROM agreements_agreement WHERE state = 'active'"
            " AND institution_id = (SELECT min(institution_id) FROM agreements_agreement)"
        ).fetchone()
    emit("agreements in the database", count[0] if count else 0, "agreements", 1)
    paths = dict(PATHS)
    if one and one[0]:
        paths["agreement, overview"] = f"/agreements/{one[0]}/"
        paths["agreement, life"] = f"/agreements/{one[0]}/life/"
    pages.run(replace(site, pages=paths), database_url, emit)
