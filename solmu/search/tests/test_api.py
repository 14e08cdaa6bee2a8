import pytest

from solmu.people.models import Person
from solmu.people.tests.api_client import ApiClient
from solmu.search.indexing import index

pytestmark = pytest.mark.django_db


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
