from django.urls import path

from troth.desk.views import (
    alarms,
    cases,
    comparing,
    exposure,
    heeding,
    insight,
    outcomes,
    reports,
    scoring,
    sides,
    today,
)

app_name = "desk"
urlpatterns = [
    path("", today.index, name="today"),
    path("case/", cases.show, name="case"),
    path("insight/", insight.index, name="insight"),
    path("insight/faded/", insight.fades, name="fades"),
    path("insight/faded/<int:number>/incident/", heeding.incident, name="fade_incident"),
    path("insight/faded/<int:number>/goal/", heeding.goal, name="fade_goal"),
    path("insight/faded/allowed/", alarms.allow, name="allow"),
    path("insight/unnoticed/", insight.losses, name="losses"),
    path("insight/score/", scoring.show, name="score"),
    path("insight/outcomes/", outcomes.index, name="outcomes"),
    path("insight/outcomes/<slug:name>/", outcomes.show, name="outcome"),
    path("insight/reports/", reports.index, name="reports"),
    path("insight/reports/<slug:uid>/", reports.show, name="report"),
    path("insight/reports/<slug:uid>/figures.json", reports.figures, name="report_figures"),
    path("insight/reports/<slug:uid>/report.pdf", reports.paper, name="report_paper"),
    path("insight/gaps/", sides.index, name="sides"),
    path("insight/gaps/<path:key>/", sides.show, name="side"),
    path("insight/exposure/", exposure.show, name="exposure"),
    path("insight/friction/", comparing.friction, name="friction"),
    path("insight/friction/effort/", comparing.effort, name="effort"),
    path("insight/compare/<slug:slug>/", comparing.show, name="compare"),
    path("insight/touchpoints/<path:key>/new-usual/", insight.decide, name="decide"),
    path("insight/touchpoints/<path:key>/", insight.stream, name="stream"),
]
