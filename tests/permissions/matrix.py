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

# The demo: the mail catcher; signing in names a persona
POST   /demo/login/                                                   404
GET    /demo/outbox/                                                  200
GET    /demo/outbox.json                                              200

# Signing in, and one's own account
POST   /accounts/language/                                            302
GET    /accounts/login/                                               200   302
POST   /accounts/login/                                               200   302
GET    /accounts/logout/                                              302   200
POST   /accounts/logout/                                              302
GET    /accounts/signup/                                              200   302
POST   /accounts/signup/                                              200   302
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
        for table, columns in ((TABLE, COLUMNS), (NETWORKS, NETWORK_COLUMNS))
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
