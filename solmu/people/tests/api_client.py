"""A test client that calls the API with a person's token."""

import json
from typing import Any

from django.test import Client

from solmu.accounts.models import ApiToken
from solmu.lib.tokens import token_hash
from solmu.people.models import Person


class ApiClient(Client):
    """Calls the API; without a person it has no token. Errors of the server are answers."""

    def __init__(self, person: Person | None = None, **token: Any) -> None:
        super().__init__(raise_request_exception=False)
        if person:
            secret = f"secret-{person.pk}"
            ApiToken.objects.update_or_create(
                token_hash=token_hash(secret),
                defaults={"user_id": person.user_id, "name": "test", **token},
            )
            self.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"

    def read(self, path: str, **query: Any) -> Any:
        """GET something that must be there."""
        answer = self.get(f"/api/v1/{path}", query)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def send(self, path: str, body: Any, *, key: str = "", method: str = "post") -> Any:
        """POST or PATCH a body as JSON."""
        headers = {"idempotency-key": key} if key else {}
        return getattr(self, method)(
            f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=headers
        )

    def change(self, path: str, body: Any) -> Any:
        """PATCH."""
        return self.send(path, body, method="patch")
