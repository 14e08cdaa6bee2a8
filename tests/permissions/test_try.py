import pytest, time
from tests.permissions.asking import *
GROUPS=["", "rector","coordinator","network-lead","outsider","member","trainer","assistant","facilitator","learner","company","admin"]
EXTRA=[Address("GET","/organisations/<pk>/ · hidden"),Address("GET","/organisations/<slug>/ · hidden"),Address("GET","/organisations/<pk>/edit/ · hidden"),Address("GET","/api/v1/organisations/{id} · hidden"),Address("PATCH","/api/v1/organisations/{id} · hidden"),Address("GET","/api/v1/dialogue/{id} · limited"),Address("PATCH","/api/v1/dialogue/{id} · limited"),Address("DELETE","/api/v1/dialogue/{id} · limited"),Address("GET","/partners/<pk>/dialogue/<entry_pk>/ · limited"),]
@pytest.mark.demo
def test_try(client_as):
    s=Samples()
    t=time.time()
    res={}
    all_=sorted(addresses()+EXTRA, key=lambda a:(a.path.replace("/api","~"),a.method))
    for p in GROUPS:
        c=client_as(p); c.raise_request_exception=False
        for a in all_:
            try: res[a,p]=answer(c,p,a,s)
            except Exception as e: res[a,p]="!!"
    out=open("/tmp/matrix.txt","w")
    print(time.time()-t, len(res), file=out)
    for a in all_:
        print(f"{a.method:6} {a.path.replace(' ','~'):60}"," ".join(f"{res[a,p]:>5}" for p in GROUPS), file=out)
