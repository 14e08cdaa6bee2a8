"""A T−7 step for 5,000 applicants, and the board of a cohort with 5,000 participants."""

import json
import os
import subprocess
import sys
from collections.abc import Callable

from solmu.runtime.postgres import PostgresServer

Emit = Callable[[str, float, str, int], None]

MEASURE = """
import json, resource, sys, time, django
django.setup()
from datetime import timedelta
from django.test import Client
from django.urls import reverse
from solmu.accounts.models import User
from solmu.lib import clock, names
from solmu.notifications.models import Message
from solmu.organisations.models import Institution, Organisation
from solmu.people.models import Person
from solmu.training.autopilot import running, steps
from solmu.training.autopilot.models import StepRun, Trace
from solmu.training.models import Cohort, Enrolment, Programme
count, today = int(sys.argv[1]), clock.today()
organisation = Organisation.objects.create(
    slug="bench-steps", name_fi="Bench", name_key=names.key("Bench"), kind="education_provider")
programme = Programme.objects.create(
    institution=Institution.objects.create(organisation=organisation), slug="bench-steps",
    name_fi="Bench", name_sv="Bench", name_en="Bench", languages=["fi", "sv", "en"])
cohort = Cohort.objects.create(programme=programme, starts_on=today + timedelta(days=7),
    access_until=today + timedelta(days=37), meeting_url="https://meet.example/1")
people = Person.objects.bulk_create(
    Person(given_name="Bench", family_name=str(n), email=f"step{n}@solmu.example")
    for n in range(count))
Enrolment.objects.bulk_create(
    Enrolment(programme=programme, cohort=cohort, person=p, state="applied",
              language=("fi", "sv", "en")[n % 3]) for n, p in enumerate(people))
reverse("portal:home")  # reads all addresses, as a running worker has
run = StepRun.objects.create(cohort=cohort, kind="pick", due_on=today)
cpu, began = time.process_time(), time.monotonic()
running.run_step(run)
found = {"cpu": (time.process_time() - cpu) * 1000, "wall": (time.monotonic() - began) * 1000}
assert Message.objects.filter(kind="training-pick").count() == count
assert Trace.objects.filter(cohort=cohort, what="invited").count() == count
assert User.objects.filter(email__startswith="step").count() == count
admin = User.objects.create_user("bench-steps@solmu.example", is_admin=True)
client = Client(headers={"host": "localhost"})
client.force_login(admin, backend="solmu.people.viewing.ViewerBackend")
address = f"/training/cohorts/{cohort.pk}/"
client.get(address)
cpu, began, times = time.process_time(), time.monotonic(), 10
for _time in range(times):
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
found["board cpu"] = (time.process_time() - cpu) * 1000 / times
found["board wall"] = (time.monotonic() - began) * 1000 / times
found["board bytes"] = len(answer.content)
print(json.dumps(found))
"""


def run(server: PostgresServer, emit: Emit, count: int = 5000) -> None:
    """Measure on a fresh database."""
    name = "bench_autopilot"
    server.drop_database(name)
    server.ensure_database(name)
    environment = os.environ | {
        "DATABASE_URL": server.url(name), "DJANGO_SETTINGS_MODULE": "solmu.settings"
    }  # fmt: skip
    subprocess.run(
        [sys.executable, "-m", "solmu.cli", "migrate"],
        env=environment, check=True, stdout=sys.stderr,
    )  # fmt: skip
    told = subprocess.run(
        [sys.executable, "-c", MEASURE, str(count)], env=environment, check=True,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    found = json.loads(told.stdout.splitlines()[-1])
    emit("t-7 step, cpu", found["cpu"], "ms", count)
    emit("t-7 step, time", found["wall"], "ms", count)
    emit("cohort board, cpu", found["board cpu"], "ms", count)
    emit("cohort board, time", found["board wall"], "ms", count)
    emit("cohort board, page", found["board bytes"] / 1000, "kB", count)
    server.drop_database(name)
