# ruff: noqa: E501 - a table is read in rows
"""Who may open what: the written tables of personas and addresses, read by people and by the test.

A row is a method, an address and what it answers, in the order of COLUMNS. One answer holds for
everybody; of two, the first is for somebody who has not signed in and the second for all others.
"login" sends to sign in; 302 sends elsewhere. A POST or PATCH sends nothing: 422 (or 200, a page
with what is missing) tells that the persona may. What is asked about belongs to Ammattiopisto
Tavastia; after " · " comes another of its records. A method that has no row answers 405.
"""

from dataclasses import dataclass

COLUMNS: dict[str, tuple[str, ...]] = {
    "nobody": ("",),
    "leader": ("rector",),
    "coordinator": ("coordinator",),
    "coordinators elsewhere": ("network-lead", "outsider"),
    "contributors elsewhere": ("member", "trainer", "assistant", "facilitator"),
    "without a role": ("learner", "company"),
    "administrator": ("admin",),
}

# In networks who a person is depends on the network: Välkky, unless a row says another after " · ".
NETWORK_COLUMNS: dict[str, tuple[str, ...]] = {
    "nobody": ("",),
    "rector": ("rector",),  # deputy contact person, in the steering group
    "coordinator": ("coordinator",),  # contact person of a member
    "network-lead": ("network-lead",),  # the network's coordinator
    "member": ("member",),  # a seat in the group Digipedagogiikka
    "trainer": ("trainer",),  # leads the peer network, isn't in Välkky
    "assistant": ("assistant",),  # in the peer network for themselves
    "facilitator": ("facilitator",),  # leads MeWeT
    "outsider": ("outsider",),
    "without a role": ("learner", "company"),
    "administrator": ("admin",),
}

# In training who a person is depends on the programme, which Turun Aikuiskoulutuskeskus runs.
TRAINING_COLUMNS: dict[str, tuple[str, ...]] = {
    "nobody": ("",),
    "trainer": ("trainer",),
    "assistant": ("assistant",),
    "learner": ("learner",),  # takes part in the cohort that runs
    "leaders elsewhere": ("rector", "coordinator", "network-lead", "outsider"),
    "others": ("member", "facilitator", "company"),
    "administrator": ("admin",),
}

TABLE = """
                                                                     nobody  leader |  elsewhere  |  admin
                                                                        |    | coord. coord. contr. no role
# Open to all
GET    /                                                              200   302
GET    /accessibility/                                                200
GET    /privacy/                                                      200
GET    /ui/                                                           200
POST   /ui/                                                           200
POST   /ui/theme/                                                     302
GET    /healthz                                                       200
GET    /readyz                                                        200
GET    /metrics                                                       200

GET    /training/coverage/                                            login  200    200    200    200    403    200
GET    /training/coverage/<pk>/                                       login  200    200    200    200    403    200
GET    /verify/                                                       200
POST   /verify/                                                       422
GET    /verify/<code>/                                                200
POST   /verify/<code>/                                                422
POST   /api/v1/verify                                                 200

# The demo: the mail catcher; signing in names a persona
POST   /demo/login/                                                   404
GET    /demo/clock/                                                   200
POST   /demo/clock/                                                   422
GET    /demo/outbox/                                                  200
GET    /demo/outbox.json                                              200
GET    /demo/outbox/<pk>/calendar.ics                                 404

# Signing in, and one's own account
POST   /accounts/language/                                            302
GET    /accounts/login/                                               200   302
POST   /accounts/login/                                               200   302
GET    /accounts/logout/                                              302   200
POST   /accounts/logout/                                              302
GET    /accounts/signup/                                              200   302
POST   /accounts/signup/                                              200   302
GET    /accounts/oidc/<provider_id>/login/                            404
POST   /accounts/oidc/<provider_id>/login/                            404
GET    /accounts/oidc/<provider_id>/login/callback/                   404
POST   /accounts/oidc/<provider_id>/login/callback/                   404
GET    /accounts/inactive/                                            200
GET    /accounts/link/                                                302
POST   /accounts/link/                                                302
GET    /accounts/link/<token>/                                        410
POST   /accounts/link/<token>/                                        410
GET    /accounts/invitation/<token>/                                  410
POST   /accounts/invitation/<token>/                                  410
GET    /accounts/me/                                                login   200
GET    /accounts/me/data.json                                       login   200
POST   /accounts/me/details/                                        login   302
POST   /accounts/me/address/                                        login   422
GET    /accounts/address/link/<token>/                                410
POST   /accounts/address/link/<token>/                                410
POST   /accounts/me/tokens/                                         login   422
POST   /accounts/me/tokens/<pk>/revoke/                             login   404   302   404   404   404   404
GET    /accounts/password/change/                                   login   302
POST   /accounts/password/change/                                   login   302
GET    /accounts/password/set/                                      login   200
POST   /accounts/password/set/                                      login   200
GET    /accounts/password/reset/                                      200
POST   /accounts/password/reset/                                      200
GET    /accounts/password/reset/done/                                 200
GET    /accounts/password/reset/key/<uidb36>-<key>/                   200
POST   /accounts/password/reset/key/<uidb36>-<key>/                   200
GET    /accounts/password/reset/key/done/                             200
GET    /accounts/reauthenticate/                                    login   403
POST   /accounts/reauthenticate/                                    login   403

# My day and search
GET    /home/                                                       login   200
GET    /search/                                                     login   200
GET    /search/palette                                              login   200

# An institution's settings and people
GET    /institutions/                                               login   302   302   302   302   200   200
POST   /institutions/switch/                                        login   404
GET    /institutions/new/                                           login   403   403   403   403   403   200
POST   /institutions/new/                                           login   403   403   403   403   403   422
GET    /institutions/<slug>/                                        login   200   200   404   404   404   200
POST   /institutions/<slug>/                                        login   302   302   404   404   404   302
GET    /institutions/<slug>/ladder/                                 login   200   200   404   404   404   200
POST   /institutions/<slug>/ladder/                                 login   422   422   404   404   404   422
GET    /institutions/<slug>/lists/                                  login   200   200   404   404   404   200
POST   /institutions/<slug>/lists/                                  login   422   422   404   404   404   422
GET    /institutions/<slug>/people/                                 login   200   200   404   404   404   200
POST   /institutions/<slug>/people/<pk>/                            login   302   302   404   404   404   302
POST   /institutions/<slug>/people/<pk>/end/                        login   302   302   404   404   404   302
POST   /institutions/<slug>/people/invite/                          login   422   422   404   404   404   422
POST   /institutions/<slug>/invitations/<pk>/cancel/                login   302   302   404   404   404   302

GET    /institutions/<slug>/seal/                                   login   200   403   404   404   404   200
POST   /institutions/<slug>/seal/                                   login   302   403   404   404   404   302
GET    /institutions/<slug>/seal/certificate/                       login   200   403   404   404   404   200
POST   /institutions/<slug>/seal/certificate/                       login   422   403   404   404   404   422
GET    /institutions/<slug>/seal/certificate/<pk>/retire/           login   200   403   404   404   404   200
POST   /institutions/<slug>/seal/certificate/<pk>/retire/           login   302   403   404   404   404   302
POST   /institutions/<slug>/seal/again/<code>/                      login   302   403   404   404   404   302

# Mail that could not be delivered
GET    /mail/                                                       login   403   403   403   403   403   200
POST   /mail/<pk>/again/                                            login   403   403   403   403   403   302

# People, for administrators
GET    /people/                                                     login   403   403   403   403   403   200
GET    /people/<pk>/                                                login   403   403   403   403   403   200
GET    /people/<pk>/data.json                                       login   403   403   403   403   403   200
GET    /people/<pk>/erase/                                          login   403   403   403   403   403   200
POST   /people/<pk>/erase/                                          login   403   403   403   403   403   422
POST   /people/<pk>/administrator/                                  login   403   403   403   403   403   302

# The directory of organisations
GET    /organisations/                                              login   200
GET    /organisations/suggest/                                      login   200
GET    /organisations/new/                                          login   200   200   200   200   403   200
POST   /organisations/new/                                          login   422   422   422   422   403   422
GET    /organisations/<pk>/                                         login   200
GET    /organisations/<pk>/ · hidden                                login   200   200   404   404   404   200
GET    /organisations/<slug>/                                       login   302
GET    /organisations/<slug>/ · hidden                              login   302   302   404   404   404   302
GET    /organisations/<pk>/edit/                                    login   200   200   200   200   403   200
POST   /organisations/<pk>/edit/                                    login   422   422   422   422   403   422
GET    /organisations/<pk>/edit/ · hidden                           login   200   200   404   404   404   200
GET    /organisations/<pk>/address/                                 login   403   403   403   403   403   200
POST   /organisations/<pk>/address/                                 login   403   403   403   403   403   422
POST   /organisations/<pk>/figures/                                 login   403   403   403   403   403   422
POST   /organisations/<pk>/relations/                               login   422   422   422   422   403   422
POST   /organisations/<pk>/relations/<relation_pk>/end/             login   302   302   404   404   404   302
GET    /organisations/<pk>/merge/                                   login   200   200   200   403   403   200
POST   /organisations/<pk>/merge/                                   login   200   200   200   403   403   200
GET    /organisations/merges/                                       login   200
GET    /organisations/merges/<pk>/                                  login   200   200   404   404   404   200
POST   /organisations/merges/<pk>/                                  login   302   302   404   404   404   302
GET    /organisations/proposals/                                    login   200
POST   /organisations/proposals/<pk>/                               login   404   404   404   404   404   302

# The strategic picture
GET    /partners/                                                   login   200   200   200   200   403   200
GET    /partners/map/                                               login   200   200   200   200   403   200
GET    /partners/map/boundaries.svg                                 login   200
GET    /partners/strategy/                                          login   200   200   200   200   403   200
GET    /partners/new/                                               login   200   200   200   403   403   403
POST   /partners/new/                                               login   422   422   422   403   403   403
GET    /partners/organisation/<pk>/                                 login   302
GET    /partners/organisation/<pk>/ · hidden                        login   302   302   404   404   404   302
GET    /partners/people/<pk>/merge/                                 login   200   200   404   404   404   200
POST   /partners/people/<pk>/merge/                                 login   200   200   404   404   404   200
POST   /partners/people/<pk>/merge/<merge_pk>/undo/                 login   302   302   404   404   404   302

# Importing partners
GET    /partners/import/                                            login   200   200   200   403   403   403
POST   /partners/import/                                            login   422   422   422   403   403   403
GET    /partners/import/<pk>/                                       login   200   200   404   404   404   404
GET    /partners/import/<pk>/columns/                               login   200   200   404   404   404   404
POST   /partners/import/<pk>/columns/                               login   422   422   404   404   404   404
GET    /partners/import/<pk>/values/                                login   200   200   404   404   404   404
POST   /partners/import/<pk>/values/                                login   302   302   404   404   404   404
GET    /partners/import/<pk>/rows/<number>/                         login   200   200   404   404   404   404
POST   /partners/import/<pk>/rows/<number>/                         login   302   302   404   404   404   404
POST   /partners/import/<pk>/apply/                                 login   302   302   404   404   404   404
POST   /partners/import/<pk>/discard/                               login   302   302   404   404   404   404
POST   /partners/import/<pk>/again/                                 login   302   302   404   404   404   404
POST   /partners/import/<pk>/undo/                                  login   302   302   404   404   404   404
GET    /partners/import/<pk>/rejected/                              login   200   200   404   404   404   404

# A partner
GET    /partners/<pk>/                                              login   200   200   404   404   404   200
GET    /partners/<pk>/change/                                       login   200   200   404   404   404   403
POST   /partners/<pk>/change/                                       login   422   422   404   404   404   403
GET    /partners/<pk>/state/<to>/                                   login   200   200   404   404   404   403
POST   /partners/<pk>/state/<to>/                                   login   200   200   404   404   404   403
POST   /partners/<pk>/undo/<standing_pk>/                           login   302   302   404   404   404   403
GET    /partners/<pk>/move/                                         login   200   200   404   404   404   403
POST   /partners/<pk>/move/                                         login   422   422   404   404   404   403
GET    /partners/standings/<pk>/undo/                               login   200   200   404   404   404   403
POST   /partners/standings/<pk>/undo/                               login   302   302   404   404   404   403
GET    /partners/<pk>/edit/                                         login   200   200   404   404   404   403
POST   /partners/<pk>/edit/                                         login   200   200   404   404   404   403
POST   /partners/<pk>/next-step/                                    login   302   302   404   404   404   403
GET    /partners/<pk>/value/                                        login   200   200   404   404   404   403
POST   /partners/<pk>/value/                                        login   200   200   404   404   404   403
GET    /partners/<pk>/contacts/add/                                 login   200   200   404   404   404   403
POST   /partners/<pk>/contacts/add/                                 login   200   200   404   404   404   403
GET    /partners/<pk>/contacts/<contact_pk>/                        login   200   200   404   404   404   403
POST   /partners/<pk>/contacts/<contact_pk>/                        login   200   200   404   404   404   403
POST   /partners/<pk>/contacts/<contact_pk>/end/                    login   302   302   404   404   404   403
POST   /partners/<pk>/dialogue/                                     login   422   422   404   404   404   403
GET    /partners/<pk>/dialogue/<entry_pk>/                          login   200   200   404   404   404   403
POST   /partners/<pk>/dialogue/<entry_pk>/                          login   200   200   404   404   404   403
GET    /partners/<pk>/dialogue/<entry_pk>/ · limited                login   200   404   404   404   404   404
POST   /partners/<pk>/dialogue/<entry_pk>/ · limited                login   200   404   404   404   404   404
POST   /partners/<pk>/dialogue/<entry_pk>/done/                     login   302   302   404   404   404   403
POST   /partners/<pk>/dialogue/<entry_pk>/remove/                   login   302   302   404   404   404   403
POST   /partners/<pk>/dialogue/<entry_pk>/remove/ · limited         login   302   404   404   404   404   404
GET    /partners/<pk>/confirm/                                      login   200   200   404   404   404   403
POST   /partners/<pk>/confirm/                                      login   200   200   404   404   404   403
POST   /partners/<pk>/confirm/<confirmation_pk>/resend/             login   302   302   404   404   404   403
POST   /partners/<pk>/confirm/<confirmation_pk>/cancel/             login   302   302   404   404   404   403
GET    /partners/confirm/<token>/                                     404
POST   /partners/confirm/<token>/                                     404

# The API: its description, and what is no address of it
GET    /api/                                                          404
POST   /api/                                                          404
GET    /api/v1/                                                       200
GET    /api/v1/docs                                                   200
GET    /api/v1/openapi.json                                           200

# The API's operations
GET    /api/v1/organisations                                          401   200
POST   /api/v1/organisations                                          401   422   422   422   422   403   422
GET    /api/v1/organisations/{id}                                     401   200
GET    /api/v1/organisations/{id} · hidden                            401   200   200   404   404   404   200
PATCH  /api/v1/organisations/{id}                                     401   200   200   200   200   403   200
PATCH  /api/v1/organisations/{id} · hidden                            401   200   200   404   404   404   200
GET    /api/v1/partnerships                                           401   200
POST   /api/v1/partnerships                                           401   422   422   422   403   403   403
GET    /api/v1/partnerships/{id}                                      401   200   200   404   404   404   200
PATCH  /api/v1/partnerships/{id}                                      401   422   422   404   404   404   403
DELETE /api/v1/partnerships/{id}                                      401   204   204   404   404   404   403
GET    /api/v1/contacts                                               401   200
POST   /api/v1/contacts                                               401   422   422   422   422   403   403
GET    /api/v1/contacts/{id}                                          401   200   200   404   404   404   200
PATCH  /api/v1/contacts/{id}                                          401   200   200   404   404   404   403
DELETE /api/v1/contacts/{id}                                          401   204   204   404   404   404   403
GET    /api/v1/dialogue                                               401   200
POST   /api/v1/dialogue                                               401   422   422   422   422   403   403
GET    /api/v1/dialogue/{id}                                          401   200   200   404   404   404   200
GET    /api/v1/dialogue/{id} · limited                                401   200   404   404   404   404   404
PATCH  /api/v1/dialogue/{id}                                          401   200   200   404   404   404   403
PATCH  /api/v1/dialogue/{id} · limited                                401   200   404   404   404   404   404
DELETE /api/v1/dialogue/{id}                                          401   204   204   404   404   404   403
DELETE /api/v1/dialogue/{id} · limited                                401   204   404   404   404   404   404
GET    /api/v1/search                                                 401   200
"""

NETWORKS = """
                                                              nobody rector coord. lead member trainer assist. facil. outs. norole admin
# The list, and a network's home
GET    /networks/                                               login 200
GET    /networks/<slug>/                                        login 200    200    200    200    403    403    403    403    403    200
GET    /networks/<slug>/ · peer                                 login 403    403    403    403    200    200    403    403    403    200
GET    /networks/<slug>/ · elsewhere                            login 200    200    404    404    404    404    404    404    404    200

# The action plan, outputs, the annual report; goals and what is measured
GET    /networks/<slug>/plan/                                    login  200    200    200    200    403    403    403    403    403    200
GET    /networks/<slug>/plan/ · elsewhere                        login  404
GET    /networks/<slug>/plan/ · peer                             login  403    403    403    403    200    200    403    403    403    200
GET    /networks/<slug>/plan/new/                                login  403    403    200    403    403    403    403    403    403    200
POST   /networks/<slug>/plan/new/                                login  403    403    422    403    403    403    403    403    403    422
GET    /networks/<slug>/plan/import/                             login  403    403    200    403    403    403    403    403    403    200
POST   /networks/<slug>/plan/import/                             login  403    403    422    403    403    403    403    403    403    422
GET    /networks/<slug>/plan/strategy/new/                       login  403    403    200    403    403    403    403    403    403    200
POST   /networks/<slug>/plan/strategy/new/                       login  403    403    422    403    403    403    403    403    403    422
GET    /networks/<slug>/plan/strategy/<uuid>/                     login  403    403    200    403    403    403    403    403    403    200
POST   /networks/<slug>/plan/strategy/<uuid>/                     login  403    403    422    403    403    403    403    403    403    422
GET    /networks/<slug>/plan/themes/<uuid>/                       login  403    403    200    403    403    403    403    403    403    200
POST   /networks/<slug>/plan/themes/<uuid>/                       login  403    403    422    403    403    403    403    403    403    422
GET    /networks/<slug>/plan/goals/<uuid>/                        login  403    403    200    403    403    403    403    403    403    200
POST   /networks/<slug>/plan/goals/<uuid>/                        login  403    403    422    403    403    403    403    403    403    422
GET    /networks/<slug>/plan/indicators/<uuid>/                   login  403    403    200    403    403    403    403    403    403    200
POST   /networks/<slug>/plan/indicators/<uuid>/                   login  403    403    422    403    403    403    403    403    403    422
GET    /networks/<slug>/plan/strategy/                           login  200    200    200    200    403    403    403    403    403    200
GET    /networks/<slug>/plan/measures/<uuid>/                     login  200    200    200    200    403    403    403    403    403    200
GET    /networks/<slug>/plan/measures/<uuid>/edit/                login  403    403    200    200    403    403    403    403    403    200
POST   /networks/<slug>/plan/measures/<uuid>/edit/                login  403    403    422    422    403    403    403    403    403    422
POST   /networks/<slug>/plan/measures/<uuid>/status/              login  403    403    422    422    403    403    403    403    403    422
POST   /networks/<slug>/plan/measures/<uuid>/evidence/            login  403    403    422    422    403    403    403    403    403    422
POST   /networks/<slug>/plan/measures/<uuid>/value/               login  403    403    422    422    403    403    403    403    403    422
GET    /networks/<slug>/plan/<year>/measures/new/                login  200    200    200    403    403    403    403    403    403    200
POST   /networks/<slug>/plan/<year>/measures/new/                login  422    422    422    403    403    403    403    403    403    422
POST   /networks/<slug>/plan/<year>/adopt/                       login  302    403    302    403    403    403    403    403    403    302
GET    /networks/<slug>/plan/<year>/report/                      login  200    200    200    200    403    403    403    403    403    200
POST   /networks/<slug>/plan/<year>/report/                      login  403    403    422    403    403    403    403    403    403    422
GET    /networks/<slug>/plan/<year>/report/pdf/                  login  200    200    200    200    403    403    403    403    403    200
POST   /networks/<slug>/plan/<year>/report/publish/              login  302    403    302    403    403    403    403    403    403    302
GET    /networks/<slug>/outputs/                                 login  200    200    200    200    403    403    403    403    403    200
GET    /networks/<slug>/outputs/<uuid>/                           login  200    200    200    200    403    403    403    403    403    200
GET    /networks/<slug>/outputs/new/                             login  200    200    200    200    403    403    403    403    403    200
POST   /networks/<slug>/outputs/new/                             login  422    422    422    422    403    403    403    403    403    422
GET    /networks/<slug>/outputs/<uuid>/edit/                      login  403    403    200    403    403    403    403    403    403    200
POST   /networks/<slug>/outputs/<uuid>/edit/                      login  403    403    422    403    403    403    403    403    403    422
GET    /n/<slug>/report/<year>/                                  200
GET    /n/<slug>/report/<year>/pdf/                              200
GET    /n/<slug>/outputs/                                        200
GET    /n/<slug>/outputs/<uuid>/                                  200
GET    /api/v1/goals                                             401    200
POST   /api/v1/goals                                             401    422
GET    /api/v1/goals/{id}                                        401    200    200    200    200    404    404    404    404    404    200
PATCH  /api/v1/goals/{id}                                        401    403    403    200    403    404    404    404    404    404    200
DELETE /api/v1/goals/{id}                                        401    403    403    409    403    404    404    404    404    404    409
GET    /api/v1/indicators                                        401    200
POST   /api/v1/indicators                                        401    422
GET    /api/v1/indicators/{id}                                   401    200    200    200    200    404    404    404    404    404    200
PATCH  /api/v1/indicators/{id}                                   401    403    403    200    403    404    404    404    404    404    200
GET    /api/v1/indicator-values                                  401    200
POST   /api/v1/indicator-values                                  401    422
GET    /api/v1/indicator-values/{id}                             401    200    200    200    200    404    404    404    404    404    200
PATCH  /api/v1/indicator-values/{id}                             401    403    403    200    200    404    404    404    404    404    200

# Shared costs, and files attached to them
GET    /api/v1/costs                                            401    200    200    200    200    200    200    200    200    200    200
POST   /api/v1/costs                                            401    403    403    422    403    422    403    422    403    403    422
DELETE /api/v1/costs/{id}                                       401    403    403    422    403    404    404    404    404    404    422
GET    /api/v1/costs/{id}                                       401    200    200    200    200    404    404    404    404    404    200
PATCH  /api/v1/costs/{id}                                       401    403    403    422    403    404    404    404    404    404    422
GET    /files/<uuid>/                                           login  404    404    404    404    404    404    404    404    404    404
GET    /files/<uuid>/remove/                                    login  403    403    200    403    404    404    404    404    404    200
POST   /files/<uuid>/remove/                                    login  403    403    302    403    404    404    404    404    404    302
GET    /files/add/<kind>/<holder_id>/                           login  403    403    200    403    404    404    404    404    404    200
POST   /files/add/<kind>/<holder_id>/                           login  403    403    422    403    404    404    404    404    404    422
GET    /networks/<slug>/costs/                                  login  200    200    200    200    403    403    403    403    403    200
GET    /networks/<slug>/costs/<pk>/                             login  200    200    200    200    403    403    403    403    403    200
GET    /networks/<slug>/costs/<pk>/<act>/                       login  403    403    200    403    403    403    403    403    403    200
POST   /networks/<slug>/costs/<pk>/<act>/                       login  403    403    422    403    403    403    403    403    403    422
POST   /networks/<slug>/costs/<pk>/answer/                      login  403    403    403    403    403    403    403    403    403    403
GET    /networks/<slug>/costs/<pk>/edit/                        login  403    403    302    403    403    403    403    403    403    302
POST   /networks/<slug>/costs/<pk>/edit/                        login  403    403    302    403    403    403    403    403    403    302
GET    /networks/<slug>/costs/<pk>/history/                     login  200    200    200    200    403    403    403    403    403    200
POST   /networks/<slug>/costs/<pk>/paid/<transfer>/             login  403    403    302    403    403    403    403    403    403    302
POST   /networks/<slug>/costs/<pk>/settle/                      login  403    403    302    403    403    403    403    403    403    302
GET    /networks/<slug>/costs/<pk>/settlement.pdf               login  200    200    200    200    403    403    403    403    403    200
GET    /networks/<slug>/costs/<pk>/settlement.xlsx              login  200    200    200    200    403    403    403    403    403    200
GET    /networks/<slug>/costs/<pk>/spent/                       login  403    403    200    403    403    403    403    403    403    200
POST   /networks/<slug>/costs/<pk>/spent/                       login  403    403    422    403    403    403    403    403    403    422
GET    /networks/<slug>/costs/new/                              login  200    403    200    403    403    403    403    403    403    200
POST   /networks/<slug>/costs/new/                              login  422    403    422    403    403    403    403    403    403    422

# Groups and seats
GET    /networks/<slug>/groups/                                 login 200    200    200    200    403    403    403    403    403    200
GET    /networks/<slug>/groups/ · elsewhere                     login 404
GET    /networks/<slug>/groups/new/                             login 403    403    200    403    403    403    403    403    403    200
POST   /networks/<slug>/groups/new/                             login 403    403    422    403    403    403    403    403    403    422
GET    /networks/<slug>/groups/merge/                           login 403    403    200    403    403    403    403    403    403    200
POST   /networks/<slug>/groups/merge/                           login 403    403    422    403    403    403    403    403    403    422
GET    /networks/<slug>/groups/export/                          login 200    200    200    200    403    403    403    403    403    200
GET    /networks/<slug>/groups/import/                          login 403    403    200    403    403    403    403    403    403    200
POST   /networks/<slug>/groups/import/                          login 403    403    422    403    403    403    403    403    403    422
GET    /networks/<slug>/groups/<group_slug>/                    login 200    200    200    200    403    403    403    403    403    200
GET    /networks/<slug>/groups/<group_slug>/history/            login 200    200    200    200    403    403    403    403    403    200
GET    /networks/<slug>/groups/<group_slug>/edit/               login 403    403    200    403    403    403    403    403    403    200
POST   /networks/<slug>/groups/<group_slug>/edit/               login 403    403    422    403    403    403    403    403    403    422
GET    /networks/<slug>/groups/<group_slug>/close/              login 403    403    200    403    403    403    403    403    403    200
POST   /networks/<slug>/groups/<group_slug>/close/              login 403    403    422    403    403    403    403    403    403    422
GET    /networks/<slug>/groups/<group_slug>/split/              login 403    403    200    403    403    403    403    403    403    200
POST   /networks/<slug>/groups/<group_slug>/split/              login 403    403    422    403    403    403    403    403    403    422
GET    /networks/<slug>/groups/<group_slug>/undo/               login 403    403    404    403    403    403    403    403    403    404
POST   /networks/<slug>/groups/<group_slug>/undo/               login 403    403    422    403    403    403    403    403    403    422
GET    /networks/<slug>/groups/<group_slug>/seats/new/          login 403    403    200    403    403    403    403    403    403    200
POST   /networks/<slug>/groups/<group_slug>/seats/new/          login 403    403    422    403    403    403    403    403    403    422
GET    /networks/<slug>/seats/<uuid>/                           login 200    200    200    200    403    403    403    403    403    200
GET    /networks/<slug>/seats/<uuid>/pack/                      login 200    200    200    200    403    403    403    403    403    200
GET    /networks/<slug>/seats/<uuid>/edit/                      login 200    403    200    403    403    403    403    403    403    200
POST   /networks/<slug>/seats/<uuid>/edit/                      login 422    403    422    403    403    403    403    403    403    422
GET    /networks/<slug>/seats/<uuid>/end/                       login 200    403    200    403    403    403    403    403    403    200
POST   /networks/<slug>/seats/<uuid>/end/                       login 422    403    422    403    403    403    403    403    403    422
POST   /networks/<slug>/seats/<uuid>/remove/                    login 302    403    302    403    403    403    403    403    403    302
GET    /networks/<slug>/seats/<uuid>/name/                      login 200    200    200    403    403    403    403    403    403    200
POST   /networks/<slug>/seats/<uuid>/name/                      login 422    422    422    403    403    403    403    403    403    422
GET    /networks/<slug>/seats/<uuid>/hand-over/                 login 200    200    200    403    403    403    403    403    403    200
POST   /networks/<slug>/seats/<uuid>/hand-over/                 login 422    422    422    403    403    403    403    403    403    422
GET    /networks/<slug>/terms/<uuid>/edit/                      login 200    200    200    403    403    403    403    403    403    200
POST   /networks/<slug>/terms/<uuid>/edit/                      login 422    422    422    403    403    403    403    403    403    422
GET    /networks/<slug>/terms/<uuid>/end/                       login 200    200    200    403    403    403    403    403    403    200
POST   /networks/<slug>/terms/<uuid>/end/                       login 422    422    422    403    403    403    403    403    403    422
POST   /networks/<slug>/terms/<uuid>/remove/                    login 302    302    302    403    403    403    403    403    403    302

# Networks: founding, members, people, leaving; networks run elsewhere; the public page
GET    /n/<slug>/                                               200
GET    /networks/<slug>/archive/                                login 403    403    200    403    403    403    403    403    403    200
POST   /networks/<slug>/archive/                                login 403    403    302    403    403    403    403    403    403    302
GET    /networks/<slug>/archive/file/                           login 403    403    404    403    403    403    403    403    403    404
GET    /networks/<slug>/edit/                                   login 403    403    200    403    403    403    403    403    403    200
POST   /networks/<slug>/edit/                                   login 403    403    422    403    403    403    403    403    403    422
GET    /networks/<slug>/elsewhere/                              login 404    404    404    404    403    403    403    403    403    404
POST   /networks/<slug>/elsewhere/                              login 404    404    404    404    403    403    403    403    403    404
POST   /networks/<slug>/end/                                    login 403    403    422    403    403    403    403    403    403    422
POST   /networks/<slug>/invitations/<pk>/cancel/                login 302    302    302    403    403    403    403    403    403    302
GET    /networks/<slug>/join/                                   login 302    302    302    302    200    200    200    200    200    302
POST   /networks/<slug>/join/                                   login 302    302    302    302    403    403    403    403    403    302
GET    /networks/<slug>/members/                                login 200    200    200    200    403    403    403    403    403    200
GET    /networks/<slug>/members/<pk>/                           login 200    200    200    200    403    403    403    403    403    200
POST   /networks/<slug>/members/<pk>/contact/                   login 422    422    422    403    403    403    403    403    403    422
POST   /networks/<slug>/members/<pk>/contact/<named>/end/       login 302    302    302    403    403    403    403    403    403    302
GET    /networks/<slug>/members/<pk>/correct/                   login 403    403    200    403    403    403    403    403    403    200
POST   /networks/<slug>/members/<pk>/correct/                   login 403    403    422    403    403    403    403    403    403    422
POST   /networks/<slug>/members/<pk>/invite/                    login 422    422    422    403    403    403    403    403    403    422
POST   /networks/<slug>/members/<pk>/leave/                     login 403    403    422    403    403    403    403    403    403    422
POST   /networks/<slug>/members/<pk>/role/                      login 403    403    422    403    403    403    403    403    403    422
GET    /networks/<slug>/members/add/                            login 403    403    200    403    403    403    403    403    403    200
POST   /networks/<slug>/members/add/                            login 403    403    422    403    403    403    403    403    403    422
GET    /networks/<slug>/members/import/                         login 403    403    200    403    403    403    403    403    403    200
POST   /networks/<slug>/members/import/                         login 403    403    422    403    403    403    403    403    403    422
GET    /networks/<slug>/move-in/                                login 404    404    404    404    403    403    403    403    403    404
POST   /networks/<slug>/move-in/                                login 404    404    404    404    403    403    403    403    403    404
GET    /networks/<slug>/people/                                 login 200    200    200    200    403    403    403    403    403    200
POST   /networks/<slug>/people/<pk>/answer/                     login 302    302    302    403    403    403    403    403    403    302
POST   /networks/<slug>/people/<pk>/end/                        login 302    403    302    403    403    403    403    403    403    302
POST   /networks/<slug>/people/<pk>/prolong/                    login 302    403    302    403    403    403    403    403    403    302
GET    /networks/<slug>/people/guest/                           login 200    200    200    200    403    403    403    403    403    200
POST   /networks/<slug>/people/guest/                           login 422    422    422    422    403    403    403    403    403    422
POST   /networks/<slug>/people/lead/                            login 403    403    422    403    403    403    403    403    403    422
GET    /networks/elsewhere/new/                                 login 200    200    200    403    403    403    403    200    403    403
POST   /networks/elsewhere/new/                                 login 422    422    422    403    403    403    403    422    403    403
GET    /networks/invitations/<token>/                           410
POST   /networks/invitations/<token>/                           410
GET    /networks/invitations/open/<pk>/                         login 404    404    404    404    404    404    404    404    404    404
POST   /networks/invitations/open/<pk>/                         login 404    404    404    404    404    404    404    404    404    404
GET    /networks/new/                                           login 200    200    200    403    403    403    403    200    403    200
POST   /networks/new/                                           login 422    422    422    403    403    403    403    422    403    422
POST   /partners/<pk>/form/                                     login 302    302    404    404    404    404    404    404    404    403
GET    /partners/growing/                                       login 200    200    200    403    403    403    403    200    404    404
POST   /partners/growing/                                       login 422    422    422    403    403    403    403    422    404    404

# The API: networks, and who belongs to them
GET    /api/v1/networks                                         401   200
POST   /api/v1/networks                                         401   422    422    422    403    403    403    403    422    403    422
GET    /api/v1/networks/{slug}                                  401   200
GET    /api/v1/networks/{slug} · elsewhere                      401   404
PATCH  /api/v1/networks/{slug}                                  401   403    403    200    403    403    403    403    403    403    200
PATCH  /api/v1/networks/{slug} · elsewhere                      401   404
GET    /api/v1/memberships                                      401   200
POST   /api/v1/memberships                                      401   403    403    422    403    422    403    422    403    403    422
GET    /api/v1/memberships/{id}                                 401   200
GET    /api/v1/memberships/{id} · elsewhere                     401   200    200    404    404    404    404    404    404    404    404
PATCH  /api/v1/memberships/{id}                                 401   403    403    422    403    403    403    403    403    403    422
PATCH  /api/v1/memberships/{id} · elsewhere                     401   422    422    404    404    404    404    404    404    404    404
DELETE /api/v1/memberships/{id}                                 401   403    403    204    403    403    403    403    403    403    204
DELETE /api/v1/memberships/{id} · elsewhere                     401   204    204    404    404    404    404    404    404    404    404

# The API: groups, and who sits in them
GET    /api/v1/groups                                           401   200
POST   /api/v1/groups                                           401   403    403    422    403    422    403    422    403    403    422
GET    /api/v1/groups/{id}                                      401   200    200    200    200    404    404    404    404    404    200
PATCH  /api/v1/groups/{id}                                      401   403    403    200    403    404    404    404    404    404    200
DELETE /api/v1/groups/{id}                                      401   403    403    204    403    404    404    404    404    404    204
GET    /api/v1/group-memberships                                401   200
POST   /api/v1/group-memberships                                401   422    422    422    403    422    403    422    403    403    422
GET    /api/v1/group-memberships/{id}                           401   200    200    200    200    404    404    404    404    404    200
PATCH  /api/v1/group-memberships/{id}                           401   422    422    422    403    404    404    404    404    404    422
DELETE /api/v1/group-memberships/{id}                           401   204    204    204    403    404    404    404    404    404    204

# Agreements: signing, who may sign, joining and leaving; Hyria's coordinator was chosen to sign
GET    /agreements/mandates/                                      login 200
GET    /agreements/mandates/new/                                  login 200    200    200    403    403    403    403    200    403    403
POST   /agreements/mandates/new/                                  login 422    422    422    403    403    403    403    422    403    403
GET    /agreements/mandates/<pk>/end/                             login 200    200    404    404    404    404    404    404    404    403
POST   /agreements/mandates/<pk>/end/                             login 422    422    404    404    404    404    404    404    404    403
GET    /agreements/<pk>/signing/                                  login 200    200    200    404    404    404    404    404    404    200
POST   /agreements/<pk>/signing/                                  login 422    422    403    404    404    404    404    404    404    403
GET    /agreements/<pk>/signing/cancel/                           login 200    200    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/signing/cancel/                           login 302    302    403    404    404    404    404    404    404    403
GET    /agreements/<pk>/signing/parties/<party_pk>/mandate/       login 200    200    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/signing/parties/<party_pk>/mandate/       login 422    422    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/signing/<uuid>/remind/                    login 302    302    403    404    404    404    404    404    404    403
GET    /agreements/<pk>/signing/<uuid>/uploaded/                  login 200    200    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/signing/<uuid>/uploaded/                  login 422    422    403    404    404    404    404    404    404    403
GET    /sign/<token>/                                             404
POST   /sign/<token>/                                             404
POST   /sign/<token>/code/                                        404
GET    /sign/<token>/decline/                                     404
POST   /sign/<token>/decline/                                     404
GET    /sign/back/                                                302
GET    /sign/<token>/identify/                                    404
GET    /agreements/signatures/<uuid>/identify/                    login 404    404    302    404    404    404    404    404    404    404
GET    /sign/<token>/pdf/                                         404
GET    /agreements/signatures/<uuid>/                             login 404    404    410    404    404    404    404    404    404    404
POST   /agreements/signatures/<uuid>/                             login 404    404    410    404    404    404    404    404    404    404
POST   /agreements/signatures/<uuid>/code/                        login 404    404    410    404    404    404    404    404    404    404
GET    /agreements/signatures/<uuid>/decline/                     login 404    404    410    404    404    404    404    404    404    404
POST   /agreements/signatures/<uuid>/decline/                     login 404    404    410    404    404    404    404    404    404    404
GET    /agreements/signatures/<uuid>/pdf/                         login 404    404    200    404    404    404    404    404    404    404
GET    /agreements/joining/<token>/                               410
POST   /agreements/joining/<token>/                               410
GET    /agreements/<pk>/parties/                                  login 200    200    200    404    404    404    404    404    404    200
GET    /agreements/<pk>/parties/join/                             login 403    403    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/parties/join/                             login 403    403    403    404    404    404    404    404    404    403
GET    /agreements/<pk>/parties/joining/<joinder_pk>/             login 200    200    200    404    404    404    404    404    404    200
POST   /agreements/<pk>/parties/joining/<joinder_pk>/             login 403    403    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/parties/joining/<joinder_pk>/take-back/   login 302    302    403    404    404    404    404    404    404    403
GET    /agreements/<pk>/parties/<party_pk>/withdraw/              login 200    200    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/parties/<party_pk>/withdraw/              login 422    422    403    404    404    404    404    404    404    403

# Agreements: Tavastia's with Hyria, out for comments; Hyria's coordinator is asked, Kiipula joins
GET    /agreements/                                               login 200
GET    /agreements/new/                                           login 200    200    200    403    403    403    403    200    403    403
POST   /agreements/new/                                           login 200    200    200    403    403    403    403    200    403    403
GET    /agreements/comment/<token>/                               404
POST   /agreements/comment/<token>/                               404
GET    /agreements/calendar/                                      login 200
POST   /agreements/calendar/feed/                                 login 302
GET    /agreements/calendar/<token>.ics                           404
GET    /agreements/archive/                                       login 200    200    200    403    403    403    403    200    403    403
GET    /agreements/promises/<token>/                              410
POST   /agreements/promises/<token>/                              410
GET    /agreements/bulk/                                          login 200    200    200    403    403    403    403    200    403    403
GET    /agreements/bulk/new/                                      login 200    200    200    403    403    403    403    200    403    403
POST   /agreements/bulk/new/                                      login 422    422    422    403    403    403    403    422    403    403
GET    /agreements/bulk/example/                                  login 200    200    200    403    403    403    403    200    403    403
GET    /agreements/bulk/<pk>/                                     login 200    200    404    403    403    403    403    404    403    403
POST   /agreements/bulk/<pk>/send/                                login 422    422    404    403    403    403    403    404    403    403
GET    /agreements/<pk>/life/                                     login 200    200    200    404    404    404    404    404    404    200
GET    /agreements/<pk>/life/notice/                              login 200    403    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/life/notice/                              login 422    403    403    404    404    404    404    404    404    403
GET    /agreements/<pk>/life/notice/back/                         login 200    403    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/life/notice/back/                         login 422    403    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/life/retention/                           login 302    302    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/life/related/                             login 404    404    403    404    404    404    404    404    404    403
GET    /agreements/<pk>/life/archive.zip                          login 200    200    403    404    404    404    404    404    404    403
GET    /agreements/<pk>/life/review/                              login 200    200    200    404    404    404    404    404    404    200
POST   /agreements/<pk>/life/review/                              login 422    422    403    404    404    404    404    404    404    403
GET    /agreements/<pk>/life/review/<review>/                     login 200    200    200    404    404    404    404    404    404    200
POST   /agreements/<pk>/life/review/<review>/level/               login 302    403    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/duties/send/                              login 302    302    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/duties/<duty>/tick/                       login 403    403    403    404    404    404    404    404    404    403
GET    /agreements/organisations/<pk>/panel/                      login 302
GET    /agreements/<pk>/                                          login 200    200    200    404    404    404    404    404    404    200
GET    /agreements/<pk>/edit/                                     login 200    200    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/edit/                                     login 422    422    403    404    404    404    404    404    404    403
GET    /agreements/<pk>/drop/                                     login 200    200    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/drop/                                     login 302    302    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/parties/add/                              login 404    404    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/parties/<party>/remove/                   login 302    302    403    404    404    404    404    404    404    403
GET    /agreements/<pk>/text/                                     login 200    200    200    404    404    404    404    404    404    200
GET    /agreements/<pk>/text/add/                                 login 200    200    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/text/add/                                 login 422    422    403    404    404    404    404    404    404    403
GET    /agreements/<pk>/text/<clause>/                            login 200    200    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/text/<clause>/                            login 422    422    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/text/<clause>/move/                       login 302    302    403    404    404    404    404    404    404    403
GET    /agreements/<pk>/text/<clause>/remove/                     login 200    200    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/text/<clause>/remove/                     login 302    302    403    404    404    404    404    404    404    403
GET    /agreements/<pk>/text/compare/                             login 200    200    404    404    404    404    404    404    404    404
GET    /agreements/<pk>/text/template/                            login 302    302    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/text/template/                            login 302    302    403    404    404    404    404    404    404    403
GET    /agreements/<pk>/variables/                                login 200    200    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/variables/                                login 302    302    403    404    404    404    404    404    404    403
GET    /agreements/<pk>/comments/                                 login 200    200    200    404    404    404    404    404    404    200
GET    /agreements/<pk>/comments/send/                            login 200    200    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/comments/send/                            login 422    422    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/comments/take-back/                       login 302    302    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/comments/say/                             login 403    403    422    404    404    404    404    404    404    403
POST   /agreements/<pk>/comments/finish/                          login 403    403    302    404    404    404    404    404    404    403
POST   /agreements/<pk>/comments/<comment>/accept/                login 302    302    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/comments/<comment>/reply/                 login 302    302    403    404    404    404    404    404    404    403
GET    /agreements/<pk>/goals/                                    login 200    200    200    404    404    404    404    404    404    200
GET    /agreements/<pk>/goals/add/                                login 200    200    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/goals/add/                                login 422    422    403    404    404    404    404    404    404    403
GET    /agreements/<pk>/goals/<goal>/                             login 200    200    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/goals/<goal>/                             login 422    422    403    404    404    404    404    404    404    403
GET    /agreements/<pk>/duties/add/                               login 200    200    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/duties/add/                               login 422    422    403    404    404    404    404    404    404    403
GET    /agreements/<pk>/duties/<duty>/                            login 200    200    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/duties/<duty>/                            login 422    422    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/goals/<goal>/remove/                      login 302    302    403    404    404    404    404    404    404    403
POST   /agreements/<pk>/duties/<duty>/remove/                     login 302    302    403    404    404    404    404    404    404    403
GET    /agreements/<pk>/goals/<goal>/check/                       login 200    200    200    404    404    404    404    404    404    200
POST   /agreements/<pk>/goals/<goal>/check/                       login 422    422    422    404    404    404    404    404    404    403
GET    /agreements/<pk>/history/                                  login 200    200    200    404    404    404    404    404    404    200
GET    /agreements/<pk>/agreement.pdf                             login 200    200    200    404    404    404    404    404    404    200
GET    /agreements/<pk>/agreement.docx                            login 200    200    200    404    404    404    404    404    404    200
GET    /api/v1/agreements                                         401   200
POST   /api/v1/agreements                                         401   422    422    422    403    403    403    403    422    403    403
GET    /api/v1/agreements/{id}                                    401   200    200    200    404    404    404    404    404    404    200
GET    /api/v1/agreements/{id}/pdf                                401   200    200    200    404    404    404    404    404    404    200
PATCH  /api/v1/agreements/{id}                                    401   200    200    403    404    404    404    404    404    404    403
DELETE /api/v1/agreements/{id}                                    401   204    204    403    404    404    404    404    404    404    403

# Templates of agreements: Tavastia's own, published, with a draft
GET    /agreements/templates/                                     login 200
GET    /agreements/templates/import/                              login 200    200    200    403    200    403    200    200    403    403
POST   /agreements/templates/import/                              login 422    422    422    403    422    403    422    422    403    403
GET    /agreements/templates/new/                                 login 200    200    200    403    200    403    200    200    403    403
POST   /agreements/templates/new/                                 login 422    422    422    403    422    403    422    422    403    403
GET    /agreements/templates/<pk>/                                login 200
GET    /agreements/templates/<pk>/<act>/                          login 200    403    403    403    403    403    403    403    403    403
POST   /agreements/templates/<pk>/<act>/                          login 302    403    403    403    403    403    403    403    403    403
GET    /agreements/templates/<pk>/changes/                        login 302    302    403    403    403    403    403    403    403    403
POST   /agreements/templates/<pk>/changes/                        login 302    302    403    403    403    403    403    403    403    403
GET    /agreements/templates/<pk>/clauses/<clause>/               login 200    200    403    403    403    403    403    403    403    403
POST   /agreements/templates/<pk>/clauses/<clause>/               login 422    422    403    403    403    403    403    403    403    403
POST   /agreements/templates/<pk>/clauses/<clause>/move/          login 302    302    403    403    403    403    403    403    403    403
GET    /agreements/templates/<pk>/clauses/<clause>/remove/        login 200    200    403    403    403    403    403    403    403    403
POST   /agreements/templates/<pk>/clauses/<clause>/remove/        login 302    302    403    403    403    403    403    403    403    403
GET    /agreements/templates/<pk>/clauses/new/                    login 200    200    403    403    403    403    403    403    403    403
POST   /agreements/templates/<pk>/clauses/new/                    login 422    422    403    403    403    403    403    403    403    403
GET    /agreements/templates/<pk>/compare/                        login 200
GET    /agreements/templates/<pk>/copy/                           login 200    200    200    403    200    403    200    200    403    403
POST   /agreements/templates/<pk>/copy/                           login 422    422    422    403    422    403    422    422    403    403
GET    /agreements/templates/<pk>/details/                        login 200    200    403    403    403    403    403    403    403    403
POST   /agreements/templates/<pk>/details/                        login 422    422    403    403    403    403    403    403    403    403
POST   /agreements/templates/<pk>/draft/                          login 302    302    403    403    403    403    403    403    403    403
GET    /agreements/templates/<pk>/edit/                           login 200    200    403    403    403    403    403    403    403    403
GET    /agreements/templates/<pk>/history/                        login 200    200    403    403    403    403    403    403    403    200
GET    /agreements/templates/<pk>/template.docx                   login 200
GET    /agreements/templates/<pk>/template.json                   login 200
GET    /agreements/templates/<pk>/template.pdf                    login 200
GET    /api/v1/agreement-templates                                401   200
POST   /api/v1/agreement-templates                                401   422    422    422    403    422    403    422    422    403    403
GET    /api/v1/agreement-templates/{id}                           401   200
PATCH  /api/v1/agreement-templates/{id}                           401   200    200    403    403    403    403    403    403    403    403
"""


TRAINING = """
                                                              nobody trainer assist. learner leaders others admin
# The list, the public page, enrolling
GET    /training/                                               200
GET    /training/<slug>/                                        200
GET    /training/<slug>/enrol/                                  200
POST   /training/<slug>/enrol/                                  422
GET    /training/<slug>/enrol/group/                            200
POST   /training/<slug>/enrol/group/                            422
GET    /training/<slug>/enrol/sent/                             200
GET    /training/<slug>/privacy/                                200
GET    /training/<slug>/embed/                                  200
GET    /training/<slug>/starts.ics                              200
GET    /training/workplace/                                     200
GET    /training/confirm/<token>/                               410
POST   /training/confirm/<token>/                               410
GET    /training/group/<token>/                                 410
POST   /training/group/<token>/                                 410
GET    /training/own/<token>/                                   410
POST   /training/own/<token>/                                   410

# One's own studies
GET    /training/mine/                                          login 200
GET    /training/mine/<uuid>/                                   login 404    404    200    404    404    404
POST   /training/mine/<uuid>/                                   login 404    404    422    404    404    404

# Founding, setting up, staff
GET    /training/new/                                           login 403    403    403    200    403    200
POST   /training/new/                                           login 403    403    403    422    403    422
GET    /training/starts/                                        login 200
GET    /training/<slug>/settings/                               login 200    403    403    403    403    200
POST   /training/<slug>/settings/                               login 422    403    403    403    403    422
POST   /training/<slug>/logo/                                   login 422    403    403    403    403    422
POST   /training/<slug>/exceptions/                             login 422    403    403    403    403    422
POST   /training/<slug>/exceptions/<pk>/drop/                   login 302    403    403    403    403    302
GET    /training/<slug>/staff/                                  login 200    403    403    403    403    200
POST   /training/<slug>/staff/                                  login 422    403    403    403    403    422
POST   /training/<slug>/staff/<pk>/end/                         login 302    403    403    403    403    302

# Running: starts and participants
GET    /training/<slug>/run/                                    login 200    200    403    403    403    200
GET    /training/<slug>/run/new/                                login 200    200    403    403    403    200
POST   /training/<slug>/run/new/                                login 422    422    403    403    403    422
GET    /training/cohorts/<pk>/                                  login 200    200    404    404    404    200
GET    /training/cohorts/<pk>/change/                           login 200    200    404    404    404    200
POST   /training/cohorts/<pk>/change/                           login 302    302    404    404    404    302
POST   /training/cohorts/<pk>/cancel/                           login 302    302    404    404    404    302
POST   /training/cohorts/<pk>/act/                              login 302    302    404    404    404    302
GET    /training/cohorts/<pk>/write/                            login 200    200    404    404    404    200
POST   /training/cohorts/<pk>/write/                            login 302    302    404    404    404    302
GET    /training/cohorts/<pk>/steps/                            login 200    200    404    404    404    200
GET    /training/cohorts/<pk>/steps/<kind>/                     login 200    200    404    404    404    200
POST   /training/cohorts/<pk>/steps/<kind>/                     login 422    422    404    404    404    422
GET    /training/<slug>/systems/                                login 200    200    403    403    403    200
GET    /training/<slug>/systems/by-hand/                        login 200    200    403    403    403    200
POST   /training/<slug>/systems/by-hand/                        login 422    422    403    403    403    422
GET    /training/cohorts/<pk>/results/                          login 200    200    404    404    404    200
GET    /training/<slug>/systems/<kind>/                         login 200    200    403    403    403    200
POST   /training/<slug>/systems/<kind>/                         login 403    403    403    403    403    422
POST   /training/<slug>/systems/<kind>/check/                   login 404    404    403    403    403    404
POST   /training/<slug>/systems/<kind>/read/                    login 404    404    403    403    403    404
POST   /training/<slug>/systems/works/<pk>/again/               login 404    404    403    403    403    404
GET    /training/day/                                           login 200    200    403    403    403    200
GET    /training/<slug>/autopilot/                              login 200    200    403    403    403    200
GET    /training/<slug>/autopilot/<kind>/                       login 200    403    403    403    403    200
POST   /training/<slug>/autopilot/<kind>/                       login 422    403    403    403    403    422
GET    /training/enrolments/<uuid>/                             login 200    200    404    404    404    200
POST   /training/enrolments/<uuid>/                             login 422    422    404    404    404    422

# The API: programmes, cohorts, enrolments
GET    /api/v1/programmes                                       401   200
POST   /api/v1/programmes                                       401   403    403    403    422    403    403
GET    /api/v1/programmes/{slug}                                401   200
GET    /api/v1/programmes/{slug}/starts                         401   200
PATCH  /api/v1/programmes/{slug}                                401   200    403    403    403    403    200
GET    /api/v1/cohorts                                          401   200
POST   /api/v1/cohorts                                          401   422    422    403    403    403    422
GET    /api/v1/cohorts/{id}                                     401   200
PATCH  /api/v1/cohorts/{id}                                     401   200    200    403    403    403    200
DELETE /api/v1/cohorts/{id}                                     401   204    204    403    403    403    204
GET    /api/v1/enrolments                                       401   200
POST   /api/v1/enrolments                                       401   422
GET    /api/v1/enrolments/{id}                                  401   200    200    200    404    404    200
PATCH  /api/v1/enrolments/{id}                                  401   200    200    200    404    404    200
DELETE /api/v1/enrolments/{id}                                  401   204    204    204    404    404    204

# The participant's pages: parts, material, the test
GET    /learn/<uuid>/                                           login 403    403    200    404    404    403
GET    /learn/<uuid>/parts/<part_number>/                       login 403    403    200    404    404    403
GET    /learn/<uuid>/pages/<page_key>/                          login 403    403    200    404    404    403
POST   /learn/<uuid>/pages/<page_key>/                          login 403    403    302    404    404    403
GET    /learn/<uuid>/opening/                                   login 403    403    200    404    404    403
POST   /learn/<uuid>/opening/                                   login 403    403    422    404    404    403
POST   /learn/<uuid>/go-on/                                     login 403    403    302    404    404    403
GET    /learn/<uuid>/test/                                      login 403    403    200    404    404    403
POST   /learn/<uuid>/test/                                      login 403    403    302    404    404    403
POST   /learn/<uuid>/test/answer/                               404

# Contents in versions, and adopting a programme; leaders are of other institutions
GET    /training/<slug>/adopt/                                  login 403    403    403    200    403    403
POST   /training/<slug>/adopt/                                  login 403    403    403    422    403    403
GET    /training/<slug>/contents/                               login 200    200    403    403    403    200
POST   /training/<slug>/contents/draft/                         login 302    403    403    403    403    302
POST   /training/<slug>/contents/load/                          login 404    403    403    403    403    404
GET    /training/<slug>/contents/original/                      login 200    200    403    403    403    200
POST   /training/<slug>/contents/original/                      login 404    403    403    403    403    404
GET    /training/<slug>/contents/<version_number>/              login 200    200    403    403    403    200
GET    /training/<slug>/contents/<version_number>/compare/      login 404    404    403    403    403    404
GET    /training/<slug>/contents/<version_number>/publish/      login 200    403    403    403    403    200
POST   /training/<slug>/contents/<version_number>/publish/      login 422    403    403    403    403    422
GET    /training/<slug>/contents/<version_number>/sources/      login 200    403    403    403    403    200
POST   /training/<slug>/contents/<version_number>/sources/      login 422    403    403    403    403    422
GET    /training/<slug>/contents/<version_number>/parts/<part_number>/  login 200    403    403    403    403    200
POST   /training/<slug>/contents/<version_number>/parts/<part_number>/  login 422    403    403    403    403    422
GET    /training/<slug>/contents/<version_number>/pages/<page_key>/  login 200    403    403    403    403    200
POST   /training/<slug>/contents/<version_number>/pages/<page_key>/  login 422    403    403    403    403    422
GET    /training/<slug>/contents/<version_number>/pages/<page_key>/preview/  login 200    200    403    403    403    200
POST   /training/<slug>/contents/<version_number>/pages/<page_key>/move/  login 302    403    403    403    403    302

# Questions of the test
GET    /training/<slug>/questions/                              login 200    403    403    403    403    200
GET    /training/<slug>/questions/new/                          login 200    403    403    403    403    200
POST   /training/<slug>/questions/new/                          login 422    403    403    403    403    422
GET    /training/<slug>/questions/read/                         login 200    403    403    403    403    200
POST   /training/<slug>/questions/read/                         login 422    403    403    403    403    422
GET    /training/<slug>/questions/xlsx/                         login 200    403    403    403    403    200
GET    /training/<slug>/questions/gift/                         login 200    403    403    403    403    200
GET    /training/<slug>/questions/qti/                          login 200    403    403    403    403    200
GET    /training/<slug>/questions/<pk>/                         login 200    403    403    403    403    200
POST   /training/<slug>/questions/<pk>/                         login 422    403    403    403    403    422
POST   /training/<slug>/questions/<pk>/use/                     login 302    403    403    403    403    302

# Certificates, badges, the post, feedback, figures. The learner has a certificate but no result yet
GET    /training/certificate/<token>/                           410
GET    /training/certificate/<token>/pdf/                       410
GET    /training/certificate/<token>/badge/                     410
GET    /training/certificate/<token>/feedback/                  410
POST   /training/certificate/<token>/feedback/                  410
GET    /learn/<uuid>/certificate/                               login 403    403    200    404    404    403
GET    /learn/<uuid>/certificate/pdf/                           login 403    403    302    404    404    403
GET    /learn/<uuid>/certificate/badge/                         login 403    403    200    404    404    403
GET    /learn/<uuid>/feedback/                                  login 403    403    404    404    404    403
POST   /learn/<uuid>/feedback/                                  login 403    403    404    404    404    403
GET    /training/<slug>/certificates/                           login 200    200    403    403    403    200
GET    /training/<slug>/certificates/settings/                  login 200    403    403    403    403    200
POST   /training/<slug>/certificates/settings/                  login 422    403    403    403    403    422
GET    /training/<slug>/certificates/<pk>/                      login 200    200    403    403    403    200
POST   /training/<slug>/certificates/<pk>/                      login 422    422    403    403    403    422
GET    /training/<slug>/certificates/<pk>/pdf/                  login 302    302    403    403    403    302
GET    /training/<slug>/post/                                   login 200    200    403    403    403    200
POST   /training/<slug>/post/                                   login 302    302    403    403    403    302
GET    /training/<slug>/post/letters/                           login 200    200    403    403    403    200
GET    /training/<slug>/feedback/                               login 200    200    403    403    403    200
GET    /training/<slug>/feedback/questions/                     login 200    403    403    403    403    200
POST   /training/<slug>/feedback/questions/                     login 422    403    403    403    403    422
GET    /training/<slug>/figures/                                login 200    200    403    403    403    200
# Workplace coverage belongs to one's institution; all here have a partner picture but the learner
POST   /training/coverage/                                      login 403    403    403    422    403    422
GET    /training/coverage/read/                                 login 403    403    403    200    403    200
POST   /training/coverage/read/                                 login 403    403    403    422    403    422
POST   /training/coverage/<pk>/                                 login 403    403    403    422    403    422

GET    /badges/<slug>/                                          200
GET    /badges/<slug>/jwks.json                                 200
GET    /badges/<slug>/keys/<kid>/                               404
GET    /badges/<slug>/revocations/                              200
GET    /badges/<slug>/achievements/<programme>/                 200
GET    /badges/credentials/<uuid>/                              302
GET    /api/v1/certificates                                     401   200
GET    /api/v1/certificates/{id}                                401   200    200    200    404    404    200

# The API: attempts
GET    /api/v1/attempts                                         401   200
POST   /api/v1/attempts                                         401   422
GET    /api/v1/attempts/{id}                                    401   200    200    200    404    404    200
"""


@dataclass(frozen=True)
class Row:
    """What one method on one address answers to each persona ("" for nobody)."""

    method: str
    path: str
    answers: dict[str, str]


def rows() -> list[Row]:
    """The tables, read."""
    return [
        _row(line, columns)
        for table, columns in (
            (TABLE, COLUMNS),
            (NETWORKS, NETWORK_COLUMNS),
            (TRAINING, TRAINING_COLUMNS),
        )
        for line in table.splitlines()
        if line[:1].isupper()
    ]


def _row(line: str, columns: dict[str, tuple[str, ...]]) -> Row:
    method, rest = line.split(None, 1)
    path, *answers = rest.split("  ", 1)
    answers = answers[0].split()
    if len(answers) == 1:
        answers *= len(columns)
    elif len(answers) == 2:
        answers = answers[:1] + answers[1:] * (len(columns) - 1)
    each = zip(columns.values(), answers, strict=True)
    return Row(method, path, {persona: answer for group, answer in each for persona in group})
