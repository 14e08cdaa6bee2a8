"""The participant's pages: progress, checks, access, going on."""

from datetime import timedelta

import pytest
from django.urls import reverse

from solmu.lib import clock
from solmu.training.learning import access, going_on, loading, progress, shipped, writing
from solmu.training.learning.models import Done, Page, Version
from solmu.training.learning.progress import Progress
from solmu.training.learning.tests.making import SYSTEM, client_of, contents, do_all, studying
from solmu.training.tests import making

pytestmark = pytest.mark.django_db


def test_page_done_leads_to_the_next_and_starts_the_studies():
    row = studying()
    contents(row.programme)
    row.state = "started"
    row.save()
    client = client_of(row)

    answer = client.post(reverse("learning:page", args=[row.uuid, "p1-1"]), {"done": "1"})

    row.refresh_from_db()
    assert answer["Location"] == reverse("learning:page", args=[row.uuid, "p1-2"])
    assert row.state == "studying"
    assert Progress(row).done_count == 1


def test_page_done_twice_counts_once_and_can_be_undone():
    row = studying()
    contents(row.programme)
    page = Page.objects.get(key="p1-1")

    progress.mark(row, page, by=SYSTEM)
    progress.mark(row, page, by=SYSTEM)
    once = Done.objects.count()
    progress.unmark(row, page, by=SYSTEM)

    assert (once, Done.objects.count()) == (1, 0)


def test_home_shows_the_one_next_thing(django_assert_max_num_queries):
    row = studying()
    contents(row.programme)
    client = client_of(row)
    progress.mark(row, Page.objects.get(key="p1-1"), by=SYSTEM)

    with django_assert_max_num_queries(20):
        page = client.get(reverse("learning:home", args=[row.uuid])).content.decode()

    assert reverse("learning:page", args=[row.uuid, "p1-2"]) in page


def test_page_that_a_browser_has_is_not_sent_again():
    row = studying()
    contents(row.programme)
    client = client_of(row)
    url = reverse("learning:page", args=[row.uuid, "p1-1"])

    first = client.get(url)
    again = client.get(url, headers={"if-none-match": first["ETag"]})
    client.post(url, {"done": "1"})
    changed = client.get(url, headers={"if-none-match": first["ETag"]})

    assert (first.status_code, again.status_code, changed.status_code) == (200, 304, 200)
    assert "private" in first["Cache-Control"]


def test_check_is_answered_at_once_and_nothing_is_kept():
    row = studying()
    contents(row.programme)
    body = "Teksti.\n\n::check\nMikä?\n- [ ] a\n- [x] b\n= Koska b.\n::end"
    Page.objects.filter(key="p1-1").update(body_fi=body)
    client = client_of(row)
    url = reverse("learning:page", args=[row.uuid, "p1-1"])

    before = client.get(url).content.decode()
    wrong = client.get(url, {"c0": "0"}).content.decode()
    right = client.get(url, {"c0": "1"}).content.decode()
    odd = client.get(url, {"c0": "77"})

    assert "Koska b." not in before
    assert "Koska b." in wrong
    assert "verdict wrong" in wrong
    assert "verdict wrong" not in right
    assert odd.status_code == 200
    assert not Done.objects.exists()


def test_pages_close_when_the_time_is_over_and_home_tells_how_to_go_on():
    row = studying(days=-40)
    contents(row.programme)
    making.cohort(row.programme, days=20)
    client = client_of(row)

    closed = client.get(reverse("learning:page", args=[row.uuid, "p1-1"]))
    home = client.get(reverse("learning:home", args=[row.uuid]))

    assert closed["Location"] == reverse("learning:home", args=[row.uuid])
    assert home.status_code == 200
    assert {way.key for way in home.context["ways"]} == {"more", "move"}


def test_more_time_is_one_click_and_ends_somewhere():
    row = studying(days=-40)
    client = client_of(row)
    url = reverse("learning:go-on", args=[row.uuid])

    client.post(url, {"way": "more"})

    row.refresh_from_db()
    assert row.access_until == clock.today() + timedelta(days=13)
    assert access.of(row).is_open
    with clock.shifted(timedelta(days=20)):
        assert going_on.MORE not in {w.key for w in going_on.ways(row, access.of(row))}


def test_pause_stops_the_days_and_its_end_gives_them_back():
    row = studying()
    until = row.cohort.access_until

    going_on.take(row, going_on.PAUSE, by=SYSTEM)
    row.refresh_from_db()
    paused = access.of(row).state
    with clock.shifted(timedelta(days=9)):
        going_on.take(row, going_on.RESUME, by=SYSTEM)
        row.refresh_from_db()
        assert access.of(row).is_open

    assert paused == access.PAUSED
    assert row.access_until == until + timedelta(days=9)


def test_move_takes_the_next_start_with_a_place_and_keeps_what_is_done():
    row = studying(days=-40)
    contents(row.programme)
    progress.mark(row, Page.objects.get(key="p1-1"), by=SYSTEM)
    full = making.cohort(row.programme, days=10, places=0)
    free = making.cohort(row.programme, days=40, places=1)

    going_on.take(row, going_on.MOVE, by=SYSTEM)

    row.refresh_from_db()
    assert full
    assert (row.cohort, row.state, access.of(row).state) == (free, "applied", access.SOON)
    assert Progress(row).done_count == 1


def test_way_that_is_not_open_is_refused():
    row = studying()

    with pytest.raises(going_on.NoWayError):
        going_on.take(row, going_on.MORE, by=SYSTEM)


def test_missed_opening_asks_for_all_three_ticks():
    row = studying()
    contents(row.programme)
    client = client_of(row)
    url = reverse("learning:kick-off", args=[row.uuid])

    half = client.post(url, {"seen": "1"})
    done = client.post(url, {"seen": "1", "opens": "1", "help": "1"})

    assert (half.status_code, done.status_code) == (422, 302)
    assert not client.get(reverse("learning:home", args=[row.uuid])).context["missed"]
    assert progress.shares([row]) == {row.pk: 0}


def test_share_of_each_participant_is_told_in_two_queries(django_assert_num_queries):
    first, second = studying(number=1), studying(number=2)
    contents(first.programme)
    do_all(first)

    with django_assert_num_queries(2):
        found = progress.shares([first, second])

    assert found == {first.pk: 100, second.pk: 0}


def test_shipped_material_is_read_whole_and_loaded_once():
    programme = making.programme()
    material = shipped.material("tyopaikkaohjaaja")

    first = loading.load(programme, "tyopaikkaohjaaja", by=SYSTEM)
    second = loading.load(programme, "tyopaikkaohjaaja", by=SYSTEM)

    assert first == second
    assert Version.objects.count() == 1
    assert [part.number for part in material.parts] == [1, 2, 3, 4]
    minutes = sum(page.minutes for part in material.parts for page in part.pages)
    assert 400 <= minutes <= 450
    for page in Page.objects.all():
        assert page.title_fi
        assert page.title_sv
        assert page.title_en
        assert page.body_sv


def test_what_was_done_stays_done_in_a_new_version():
    row = studying()
    contents(row.programme)
    do_all(row)
    draft = writing.draft_of(row.programme, by=SYSTEM)
    page = Page.objects.get(part__version=draft, key="p1-1")
    writing.change_page(page, {"body_fi": "Uusi teksti."}, by=SYSTEM)

    writing.publish(draft, note="Parempi alku", by=SYSTEM)

    assert Progress(row).version == Version.objects.get(number=2)
    assert progress.has_done_all(row)
