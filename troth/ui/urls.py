from django.urls import path

from troth.ui import views

urlpatterns = [path("assets/<path:path>", views.asset, name="asset")]
