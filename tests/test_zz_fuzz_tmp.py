import base64, json
import pytest
from django.test import Client
pytestmark=[pytest.mark.demo]
def cur(*v): return base64.urlsafe_b64encode(json.dumps(list(v)).encode()).decode().rstrip("=")
VALUES=[True, 1.5, "x", "\ud800", "\0", {"d":"2020-01-01"}, {"t":"2020-01-01T00:00:00"}, {"n":"NaN"}, {"n":"1e999999"}, None, 10**40, float("nan"), -1, {"u":"00000000-0000-0000-0000-000000000000"}, {}, {"x":1}, {"d":5}, [1], "2020-13-45", {"d":"2020-01-01","t":"x"}]
def test_cursors(client_as):
    c=Client(headers={"Authorization":"Bearer demo-coordinator"}, raise_request_exception=False)
    bad=[]
    for path,order in (("organisations","id"),("partnerships","id"),("contacts","id")):
        for v in VALUES:
            r=c.get(f"/api/v1/{path}?cursor={cur(order,v)}")
            if r.status_code>=500: bad.append((path,repr(v)))
    for v in VALUES:
        for w in (1,"x",True):
            r=c.get(f"/api/v1/dialogue?cursor={cur('-on,-id',v,w)}")
            if r.status_code>=500: bad.append(("dialogue",repr(v),w))
    c=client_as("coordinator"); c.raise_request_exception=False
    for v in VALUES:
        for path,order in (("/organisations/","sort_fi,id"),("/partners/","-level_rank,organisation__sort_fi,id")):
            n=len(order.split(","))
            r=c.get(f"{path}?after={cur(order,*[v]*n)}")
            if r.status_code>=500: bad.append((path,repr(v)))
        r=c.get(f"/partners/1/?tab=dialogue&after={cur('-on,-id',v,v)}")
        if r.status_code>=500: bad.append(("dlg",repr(v)))
    print(bad)
    assert not bad
def test_nul(client_as):
    bad=[]
    c=client_as("coordinator"); c.raise_request_exception=False
    from solmu.partnerships.models import Stakeholder
    pk=Stakeholder.objects.filter(institution__organisation__slug="tavastia").first().pk
    for path in ("/organisations/?q=%s","/organisations/suggest/?q=ab%s","/search/?q=%s","/search/?q=ab%s","/search/palette?q=%s","/search/palette?q=a%s","/partners/?q=%s","/partners/?sort=%s&after=%s&columns=%s","/partners/?on=%s","/partners/?region=%s&municipality=%s&country=%s&level=%s&content=%s&owner=%s&field=%s","/partners/?institution=%s","/partners/map/?q=a%s","/partners/map/?on=%s&view=%s&map=%s&at=%s","/partners/strategy/?q=a%s","/partners/new/?find=ab%s","/partners/new/?organisation=%s",f"/partners/{pk}/?tab=history&before=%s",f"/partners/{pk}/?tab=dialogue&kind=%s",f"/partners/{pk}/?tab=%s","/organisations/?kind=%s&region=%s","/partners/99999999999999999999999/","/organisations/99999999999999999999999/","/partners/import/99999999999999999999999/", "/partners/confirm/%s/","/accounts/link/%s/","/accounts/invitation/%s/","/accounts/login/?next=%s","/organisations/1/merge/?other=%s", "/partners/?owner=99999999999999999999999999","/partners/?content=999999999999999999999999&theme=99999999999999999999999"):
        for junk in ("%00","%ED%A0%80","%F0%9F%92%A9","'%22%3E%3Cscript%3E","%5C","%27%3A%2A","%26%26%21%28","%C3","²","٣","(((((", "a"*5000):
            r=c.get(path.replace("%s",junk))
            if r.status_code>=500: bad.append((path,junk,r.status_code))
    a=Client(headers={"Authorization":"Bearer demo-coordinator"}, raise_request_exception=False)
    for path in ("organisations?q=%s","organisations?business_id=%s","organisations?region=%s","organisations?municipality=%s","partnerships?level=%s","partnerships?institution=%s","partnerships?content=%s","partnerships?q=%s","contacts?q=%s","search?q=%s","organisations/99999999999999999999999","partnerships/99999999999999999999999999","partnerships?organisation=9999999999999999999999999999","dialogue?partnership=99999999999999999999999999999","dialogue/999999999999999999999999"):
        for junk in ("%00","%ED%A0%80","%27%3A%2A","%26%21","(((","²","\\"):
            r=a.get("/api/v1/"+path.replace("%s",junk))
            if r.status_code>=500: bad.append((path,junk,r.status_code))
    print(*bad,sep="\n")
    assert not bad
def test_api_bodies(client_as):
    bad=[]
    a=Client(headers={"Authorization":"Bearer demo-coordinator"}, raise_request_exception=False)
    from solmu.partnerships.models import Stakeholder
    pk=Stakeholder.objects.filter(institution__organisation__slug="tavastia").first().pk
    junk=["\0","\ud800",10**30,-10**30,1e300,[],{},[["\0"]],["\ud800"],True,None,"x"*100000,["x"]*10]
    base={"organisations":{"name":"Koe Oy"},"partnerships":{"organisation":1},"contacts":{"partnership":pk,"given_name":"A"},"dialogue":{"partnership":pk,"kind":"note","title":"x"}}
    for path,body in base.items():
        schema=client_as("").get("/api/v1/openapi.json").json()["paths"][f"/api/v1/{path}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        name=schema["$ref"].rpartition("/")[2]
        props=client_as("").get("/api/v1/openapi.json").json()["components"]["schemas"][name]["properties"]
        for f in props:
            for j in junk:
                r=a.post(f"/api/v1/{path}",data=json.dumps({**body,f:j}),content_type="application/json")
                if r.status_code>=500: bad.append((path,f,repr(j)[:30]))
    for raw in (b'{"a":NaN}',b'['*100000,b'\xff',b'{"partnership":1e400}'):
        r=a.post("/api/v1/dialogue",data=raw,content_type="application/json")
        if r.status_code>=500: bad.append(raw[:20])
    for key in ("\x00","é","k"*201,"a b","ÿ"):
        r=a.post("/api/v1/dialogue",data=json.dumps(base["dialogue"]),content_type="application/json",headers={"Idempotency-Key":key})
        if r.status_code>=500: bad.append(key)
    print(*bad,sep="\n")
    assert not bad
