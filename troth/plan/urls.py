from django.urls import path

from troth.plan.views import claims, goals, initiatives

app_name = "plan"
urlpatterns = [
    path("", goals.index, name="index"),
    path("plan.csv", goals.export, name="export"),
    path("goals/new/", goals.new, name="goal_new"),
    path("goals/<str:uid>/", goals.show, name="goal"),
    path("goals/<str:uid>/edit/", goals.edit, name="goal_edit"),
    path("goals/<str:uid>/end/", goals.close, name="goal_close"),
    path("goals/<str:uid>/reopening/", goals.reopen, name="goal_reopen"),
    path("goals/<str:uid>/initiatives/new/", initiatives.new, name="new"),
    path("initiatives/<str:uid>/", initiatives.show, name="initiative"),
    path("initiatives/<str:uid>/edit/", initiatives.edit, name="edit"),
    path("initiatives/<str:uid>/expectation/", initiatives.expect, name="expect"),
    path("initiatives/<str:uid>/shipping/", initiatives.ship, name="ship"),
    path("initiatives/<str:uid>/end/", initiatives.drop, name="drop"),
    path("initiatives/<str:uid>/undo/", initiatives.undo, name="undo"),
    path("claims/", claims.index, name="claims"),
    path("claims/claims.csv", claims.export, name="claims_file"),
    path("claims/new/", claims.new, name="claim_new"),
    path("claims/<str:uid>/edit/", claims.edit, name="claim_edit"),
    path("claims/<str:uid>/end/", claims.end, name="claim_end"),
]
