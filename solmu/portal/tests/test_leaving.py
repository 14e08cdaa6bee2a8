"""A network leaves with all it has: one file, every table in it told of, its agreements with it."""

import csv
import io
import json
import zipfile

import pytest

from solmu.networks import archive
from solmu.networks.models import Archive, Network
from solmu.people.viewer import Viewer


@pytest.mark.demo
@pytest.mark.django_db
def test_a_network_leaves_with_all_it_has() -> None:
    network = Network.objects.get(organisation__slug="valkky")
    asked = archive.ask(network, by=Viewer.system("test"))

    archive.make(archive=asked.pk)

    made = Archive.objects.get(pk=asked.pk)
    assert made.state == Archive.State.READY
    package = zipfile.ZipFile(io.BytesIO(made.content))
    names = set(package.namelist())
    readme = package.read("README.md").decode()
    tables = {name.removesuffix(".jsonl") for name in names if name.endswith(".jsonl")}
    assert {"network", "memberships", "seats", "terms", "measures", "outputs", "costs"} <= tables
    for table in tables:
        lines = package.read(f"{table}.jsonl").decode().splitlines()
        rows = list(csv.reader(io.StringIO(package.read(f"{table}.csv").decode("utf-8-sig"))))
        assert f"| {table} | {len(lines)} |" in readme
        assert len(rows) == len(lines) + 1
        assert set(rows[0]) == {key for line in lines for key in json.loads(line)}
    assert json.loads(package.read("format.json"))["format"] == archive.FORMAT
    agreements = zipfile.ZipFile(io.BytesIO(package.read("files/agreements.zip")))
    told = json.loads(agreements.read("index.json"))["agreements"]
    assert {one["state"] for one in told} <= {"active", "ended"}
    assert told
