"""Every address, in the order in which it is tried. The public page is answered before Django."""

from django.urls import URLPattern, URLResolver, include, path

from troth.config import health
from troth.config.api import api, nothing_here
from troth.page import following, shared
from troth.page.private import private

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz),
    path("healthz/web", health.healthz_web),
    path("metrics", health.metrics),
    path("share/<str:token>/", shared.page, name="shared"),
    path("share/<str:token>/sheet.pdf", shared.sheet, name="shared-pdf"),
    path("private/<slug:slug>/subscribe", following.subscribe, name="private-subscribe"),
    path("private/<slug:slug>/", private, {"path": ""}, name="private"),
    path("private/<slug:slug>/<path:path>", private),
    path("", include("troth.ui.urls")),
    path("", include("troth.staff.urls")),
    path("", include("troth.notify.urls")),
    path("", include("troth.feedback.urls")),
    path("desk/", include("troth.desk.urls")),
    path("desk/status/monitors/", include("troth.probes.urls")),
    path("desk/status/", include("troth.incidents.urls")),
    path("desk/status/", include("troth.components.urls")),
    path("desk/promises/", include("troth.promises.urls")),
    path("desk/calendars/", include("troth.promises.calendar_urls")),
    path("desk/violations/", include("troth.promises.violation_urls")),
    path("desk/page/", include("troth.page.urls")),
    path("desk/signals/", include("troth.signals.urls")),
    path("desk/feedback/", include("troth.feedback.desk_urls")),
    path("desk/plan/", include("troth.plan.urls")),
    path("desk/messages/", include("troth.notify.desk_urls")),
    path("v1/", include("troth.incidents.statuspage.urls")),
    path("api/v1/", api.urls),
    path("api/v1/<path:path>", nothing_here),
]
