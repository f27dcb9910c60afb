from django.urls import path

from troth.page import views

app_name = "page"
urlpatterns = [
    path("", views.index, name="index"),
    path("share/", views.share, name="share"),
    path("share/<int:number>/revocation/", views.revoke, name="revoke"),
    path("readers/", views.readers, name="readers"),
    path("notice/", views.notice, name="notice"),
]
