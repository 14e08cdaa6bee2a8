import pytest
from django.test import Client

from solmu.people.models import Person
from solmu.people.tests.api_client import ApiClient
from solmu.search.indexing import index

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/search/", "/search/palette", "/organisations/suggest/"])
def test_character_that_no_text_can_hold_is_no_error(
    client: Client, django_user_model: type, path: str
) -> None:
    client.force_login(django_user_model.objects.create_user("aino@solmu.example"))
    assert client.get(path, {"q": "kaarna\0"}).status_code == 200


def test_search_finds_what_the_viewer_may_see(django_user_model: type) -> None:
    user = django_user_model.objects.create_user("aino@solmu.example")
    client = ApiClient(Person.objects.create(given_name="Aino", user=user))
    index("organisation", 1, title="Kaarna Oy", url="/organisations/1/", public=True)
    index("partnership", 2, title="Kaarna Oy", url="/partners/2/", institution_id=5)

    (found,) = client.read("search", q="kaar")["items"]

    assert (found["kind"], found["title"]) == ("organisation", "Kaarna Oy")
    assert found["url"] == "/organisations/1/"
    assert client.read("search", q="kaar", limit="1")["items"] == [found]
    assert client.read("search", q="")["items"] == []


def test_palette_finds_a_page_by_a_word_with_another_ending(
    client: Client, django_user_model: type
) -> None:
    client.force_login(django_user_model.objects.create_user("aino@solmu.example"))
    found = client.get("/search/palette", {"q": "sopimus"}, headers={"accept-language": "fi"})
    pages = found.json()["groups"][0]["items"]
    assert {"Sopimukset", "Sopimuspohjat"} <= {page["title"] for page in pages}
    assert pages[0]["title"] == "Sopimuspohjat"  # what has the very word comes first
