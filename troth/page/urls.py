from django.urls import path

from troth.page import views

app_name = "page"
urlpatterns = [
    path("", views.index, name="index"),
    path("notice/", views.notice, name="notice"),
]
