from django.urls import path

from troth.promises.views import calendars

app_name = "calendars"
urlpatterns = [
    path("", calendars.index, name="index"),
    path("new/", calendars.new, name="new"),
    path("<slug:slug>/", calendars.show, name="show"),
    path("<slug:slug>/edit/", calendars.edit, name="edit"),
    path("<slug:slug>/removal/", calendars.remove, name="remove"),
]
