"""/desk/feedback/: what was reported, and what we did about it."""

from django.urls import path

from troth.feedback.views import desk

app_name = "feedback"
urlpatterns = [
    path("", desk.inbox, name="inbox"),
    path("<str:uid>/", desk.show, name="report"),
    path("<str:uid>/answer/", desk.answer, name="answer"),
    path("<str:uid>/note/", desk.note, name="note"),
    path("<str:uid>/incident/", desk.link, name="link"),
    path("<str:uid>/close/", desk.close, name="close"),
    path("<str:uid>/reopen/", desk.reopen, name="reopen"),
]
