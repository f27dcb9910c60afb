from django.urls import path

from troth.desk.views import cases, today

app_name = "desk"
urlpatterns = [
    path("", today.index, name="today"),
    path("case/", cases.show, name="case"),
]
