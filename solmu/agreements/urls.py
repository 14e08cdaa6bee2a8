"""Addresses of agreements: /agreements/, and those that signed links open."""

from django.urls import include, path

from solmu.agreements import views
from solmu.agreements.drafting import comment_views, promise_views, starting_views, text_views

app_name = "agreements"

urlpatterns = [
    path("agreements/", views.agreements, name="list"),
    path("agreements/new/", starting_views.new, name="new"),
    path("agreements/templates/", include("solmu.agreements.bases.urls")),
    path("agreements/comment/<str:token>/", comment_views.by_link, name="comment"),
    path(
        "agreements/organisations/<int:pk>/panel/",
        views.organisation_panel,
        name="organisation-panel",
    ),
    path("agreements/<int:pk>/", views.agreement, name="agreement"),
    path("agreements/<int:pk>/edit/", views.edit, name="edit"),
    path("agreements/<int:pk>/drop/", views.drop, name="drop"),
    path("agreements/<int:pk>/parties/add/", views.party_add, name="party-add"),
    path(
        "agreements/<int:pk>/parties/<int:party>/remove/", views.party_remove, name="party-remove"
    ),
    path("agreements/<int:pk>/text/", text_views.text, name="text"),
    path("agreements/<int:pk>/text/add/", text_views.clause_add, name="clause-add"),
    path("agreements/<int:pk>/text/<int:clause>/", text_views.clause, name="clause"),
    path("agreements/<int:pk>/text/<int:clause>/move/", text_views.clause_move, name="clause-move"),
    path(
        "agreements/<int:pk>/text/<int:clause>/remove/",
        text_views.clause_remove,
        name="clause-remove",
    ),
    path("agreements/<int:pk>/text/compare/", text_views.compare, name="compare"),
    path("agreements/<int:pk>/text/template/", text_views.base, name="base-changed"),
    path("agreements/<int:pk>/variables/", text_views.variables, name="variables"),
    path("agreements/<int:pk>/comments/", comment_views.comments, name="comments"),
    path("agreements/<int:pk>/comments/send/", comment_views.send, name="send"),
    path("agreements/<int:pk>/comments/take-back/", comment_views.take_back, name="take-back"),
    path("agreements/<int:pk>/comments/say/", comment_views.say, name="say"),
    path("agreements/<int:pk>/comments/finish/", comment_views.finish, name="finish"),
    path("agreements/<int:pk>/comments/<int:comment>/accept/", comment_views.accept, name="accept"),
    path("agreements/<int:pk>/comments/<int:comment>/reply/", comment_views.reply, name="reply"),
    path("agreements/<int:pk>/goals/", promise_views.goals, name="goals"),
    path("agreements/<int:pk>/goals/add/", promise_views.goal, name="goal-add"),
    path("agreements/<int:pk>/goals/<int:goal>/", promise_views.goal, name="goal"),
    path(
        "agreements/<int:pk>/goals/<int:goal>/remove/",
        promise_views.goal_remove,
        name="goal-remove",
    ),
    path("agreements/<int:pk>/duties/add/", promise_views.duty, name="duty-add"),
    path("agreements/<int:pk>/duties/<int:duty>/", promise_views.duty, name="duty"),
    path(
        "agreements/<int:pk>/duties/<int:duty>/remove/",
        promise_views.duty_remove,
        name="duty-remove",
    ),
    path("agreements/<int:pk>/history/", views.trail, name="history"),
    path("agreements/<int:pk>/agreement.pdf", views.pdf, name="pdf"),
    path("agreements/<int:pk>/agreement.docx", views.docx, name="docx"),
    # Full addresses of their own: signing stands also at /sign/<token>/.
    path("", include("solmu.agreements.signing.urls")),
    path("", include("solmu.agreements.living.urls")),
]
