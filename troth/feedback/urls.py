"""What strangers reach without an account."""

from django.urls import path

from troth.feedback.views import public

urlpatterns = [
    path("report", public.form, name="report"),
    path("report/thanks", public.thanks, name="report-thanks"),
]
