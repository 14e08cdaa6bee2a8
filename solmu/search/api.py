"""The API's search: what the viewer's pages find, for programs."""

from ninja import Query, Router
from pydantic import BaseModel, Field

from solmu.lib.api_types import Sent
from solmu.people.api_access import ApiRequest
from solmu.search import finding

router = Router()


class Asked(Sent):
    """What to look for."""

    q: str = Field(max_length=200, description="Words, or beginnings of words")
    limit: int = Field(20, ge=1, le=100, description="How many items at most")


class Found(BaseModel):
    """A record found."""

    kind: str
    title: str
    url: str = Field(description="The record's page, from the root of this site")
    excerpt: str


class FoundList(BaseModel):
    """What was found, the best first."""

    items: list[Found]


@router.get("/search", response=FoundList, summary="Find records")
def search(request: ApiRequest, asked: Query[Asked]) -> FoundList:
    """Find partners, organisations, people and dialogue by their words, the best first."""
    hits = finding.find(request.viewer, asked.q, limit=asked.limit)
    return FoundList(
        items=[
            Found(
                kind=hit.kind,
                title=hit.title,
                url=hit.url,
                excerpt=hit.excerpt,
            )
            for hit in hits
        ]
    )
