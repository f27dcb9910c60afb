"""What strangers and readers reach without an account."""

from django.urls import path

from troth.notify.views import answering, endpoints, reading, reports, subscribing

urlpatterns = [
    path("alarm/<str:token>/", answering.alarm, name="alarm"),
    path("hooks/mail/<str:token>/", reports.mail, name="mail-reports"),
    path("subscribe", subscribing.form, name="subscribe"),
    path("subscribe/push-worker.js", subscribing.push_worker, name="subscribe-push-worker"),
    path("subscribe/riddle", subscribing.riddle, name="subscribe-riddle"),
    path("subscribe/asked", subscribing.asked, name="subscribe-asked"),
    path("subscribe/begun", subscribing.at_once, name="subscribe-begun"),
    path("subscription/<str:token>/confirm", reading.confirming, name="subscription-confirm"),
    path("subscription/<str:token>/end", reading.ending, name="subscription-end"),
    path("subscription/<str:token>/undo", reading.undoing, name="subscription-undo"),
    path("subscription/<str:token>/pause", reading.pausing, name="subscription-pause"),
    path("subscription/<str:token>/test", endpoints.trying, name="subscription-test"),
    path("subscription/<str:token>/owner", endpoints.owning, name="subscription-owner"),
    path("subscription/<str:token>/push", endpoints.renewing, name="subscription-push"),
    path("subscription/<str:token>/keys", reading.keying, name="subscription-keys"),
    path("subscription/<str:token>/", reading.managing, name="subscription"),
]
