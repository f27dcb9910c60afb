from django.urls import path

from troth.probes.views import heartbeats, listing, locations, monitors, watches

app_name = "probes"
urlpatterns = [
    path("", listing.index, name="index"),
    path("new/", monitors.kinds, name="kinds"),
    path("new/heartbeat/", heartbeats.new, name="new_heartbeat"),
    path("new/<str:kind>/", monitors.new, name="new"),
    path("locations/", locations.index, name="locations"),
    path("locations/<slug:location>/revocation/", locations.revocation, name="revocation"),
    path("heartbeats/<slug:slug>/", heartbeats.show, name="heartbeat"),
    path("heartbeats/<slug:slug>/edit/", heartbeats.edit, name="edit_heartbeat"),
    path("heartbeats/<slug:slug>/key/", heartbeats.key, name="new_key"),
    path("<slug:slug>/", monitors.show, name="monitor"),
    path("<slug:slug>/edit/", monitors.edit, name="edit"),
    path("<slug:slug>/check/", monitors.check, name="check"),
    path("<slug:slug>/pause/", watches.pause, name="pause"),
    path("<slug:slug>/retirement/", watches.retirement, name="retirement"),
]
