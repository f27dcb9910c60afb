from django.urls import path

from troth.signals import case_views

app_name = "signals"
urlpatterns = [
    path("", case_views.index, name="index"),
    path("cases/", case_views.cases, name="cases"),
]
