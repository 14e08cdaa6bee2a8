"""A module that is switched off has no address, no menu entry and no search results."""

import os
import subprocess
import sys
from typing import Any

import pytest

from solmu.lib import modules

LOOK = """
import django
django.setup()
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from solmu import composition
for address in ("/home/", "/organisations/", "/accounts/login/"):
    resolve(address)
for address in ("/partners/", "/partners/map/", "/partners/import/"):
    try:
        resolve(address)
    except Resolver404:
        continue
    raise SystemExit(f"{address} is there")
for address in ("partnerships", "contacts", "dialogue"):
    assert resolve(f"/api/v1/{address}").url_name == "api-unknown", address
try:
    reverse("founding:new")
    raise SystemExit("founding is there")
except NoReverseMatch:
    pass
from solmu.partnerships.models import Stakeholder
assert Stakeholder(pk=1).get_absolute_url() == ""
for item in (*composition.MENU, *composition.ACTIONS):
    reverse(item.url_name)
assert not {"partnership", "contact", "dialogue"} & set(composition.SEARCH_KINDS)
assert composition.HOME_PANELS == ()
assert not [one for one in composition.ORGANISATION_PANELS if one.startswith("partnerships:")]
"""


def _python(code: str, off: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"SOLMU_MODULES_OFF": off, "DJANGO_SETTINGS_MODULE": "solmu.settings"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_module_switched_off_is_nowhere() -> None:
    looked = _python(LOOK, "partnerships")

    assert (looked.returncode, looked.stderr) == (0, "")


def test_module_goes_with_what_it_stands_on(settings: Any) -> None:
    settings.SOLMU_MODULES_OFF = frozenset({"networks"})

    assert [name for name in ("plans", "costs", "agreements") if modules.is_on(name)] == [
        "agreements"
    ]


@pytest.mark.parametrize("name", ["partnership", "people"])
def test_unknown_module_stops_the_start(name: str) -> None:
    looked = _python("import django; django.setup()", name)

    assert looked.returncode != 0
    assert f"no such module: {name}" in looked.stderr
