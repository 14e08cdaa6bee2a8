import pytest, json
@pytest.mark.django_db
def test_try(client):
    for path in ("/healthz","/readyz","/metrics","/api/v1/","/api/v1/openapi.json","/api/v1/docs","/api/v1/organisations","/api/v1/nonsense","/api/v1/organisations/"):
        r=client.get(path)
        print(path,r.status_code,r.headers,len(r.content), r.content[:300])
    r=client.get("/metrics", headers={"X-Forwarded-For":"1.2.3.4"}); print(r.status_code)
    r=client.get("/readyz?details", headers={"X-Forwarded-For":"1.2.3.4"}); print(r.status_code)
    r=client.get("/metrics"); print(r.content.decode())
    r=client.post("/api/v1/docs"); print(r.status_code)
    r=client.put("/api/v1/organisations"); print(r.status_code, r.headers)
