"""What waits in my day for those who are asked something about a network."""

from collections.abc import Callable

import pytest
from django.test import Client

from solmu.accounts.models import User
from solmu.networks import inviting, taking_part
from solmu.networks.models import Network
from solmu.organisations.models import Organisation
from solmu.people.viewer import Viewer
from solmu.people.viewing import viewer_for_user_id

pytestmark = pytest.mark.demo

ClientAs = Callable[[str], Client]
BY = Viewer.system("test")


def _my_day(client: Client) -> str:
    return client.get("/home/").content.decode()


def test_invitation_to_be_contact_person_waits_until_it_is_answered(client_as: ClientAs) -> None:
    network = Network.objects.get(organisation__slug="mewet")
    tavastia = Organisation.objects.get(slug="tavastia")
    asked = inviting.invite(network, tavastia, "Rector@solmu.example", by=BY)
    address = f"/networks/invitations/open/{asked.pk}/"
    rector = client_as("rector")

    assert address in _my_day(rector)
    assert address not in _my_day(client_as("coordinator"))

    assert rector.post(address).status_code == 302
    assert address not in _my_day(rector)


def test_request_to_join_waits_for_those_who_may_answer(client_as: ClientAs) -> None:
    network = Network.objects.get(organisation__slug="tyopaikkaohjaajakouluttajat")
    tuakk = Organisation.objects.get(slug="tuakk")
    by = viewer_for_user_id(User.objects.get(email="facilitator@solmu.example").pk)
    asked = taking_part.ask(network, tuakk, by=by)
    address = f"/networks/{network.slug}/people/#asked"

    assert address in _my_day(client_as("trainer"))
    assert address not in _my_day(client_as("assistant"))

    taking_part.decline(asked, by=BY)
    assert address not in _my_day(client_as("trainer"))
