"""The API: each room's router under /api/v1/."""

from ninja import NinjaAPI

api = NinjaAPI(title="Solmu", version="1", docs_url="/docs", openapi_url="/openapi.json")
