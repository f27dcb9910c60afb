from django.urls import path

from troth.promises.views import (
    cases,
    detail,
    editing,
    exclusions,
    exports,
    listing,
    suspensions,
    versions,
)

app_name = "promises"
urlpatterns = [
    path("", listing.index, name="index"),
    path("new/", editing.new, name="new"),
    path("preview/", editing.preview, name="preview"),
    path("<slug:slug>/", detail.show, name="show"),
    path("<slug:slug>/edit/", editing.edit, name="edit"),
    path("<slug:slug>/versions/<int:number>/", detail.version, name="version"),
    path("<slug:slug>/versions/<int:number>/return/", versions.return_to, name="return"),
    path("<slug:slug>/retirement/", versions.retirement, name="retirement"),
    path("<slug:slug>/cases/", cases.index, name="cases"),
    path("<slug:slug>/cases.<str:form>", exports.cases, name="cases_file"),
    path("<slug:slug>/days.<str:form>", exports.days, name="days_file"),
    path("<slug:slug>/exclusions/new/", exclusions.new, name="exclude"),
    path(
        "<slug:slug>/exclusions/<int:number>/withdrawal/", exclusions.withdrawal, name="withdrawal"
    ),
    path("<slug:slug>/suspensions/new/", suspensions.new, name="suspend"),
    path("<slug:slug>/suspensions/<int:number>/end/", suspensions.end, name="suspension_end"),
]
