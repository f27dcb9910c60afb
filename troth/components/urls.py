from django.urls import path, re_path

from troth.components.views import declaring, detail, listing, pages, saying

app_name = "status"
urlpatterns = [
    path("", listing.index, name="index"),
    path("components.csv", listing.export, name="components_file"),
    path("components/new/", declaring.new(declaring.COMPONENT), name="component_new"),
    path("components/<slug:slug>/", detail.show, name="show"),
    path("components/<slug:slug>/history.csv", detail.export, name="history_file"),
    path("components/<slug:slug>/edit/", declaring.edit(declaring.COMPONENT), name="edit"),
    path(
        "components/<slug:slug>/retirement/",
        declaring.retirement(declaring.COMPONENT),
        name="retirement",
    ),
    path("components/<slug:slug>/word/", saying.say, name="say"),
    path("components/<slug:slug>/word/end/", saying.end, name="unsay"),
    path("components/<slug:slug>/word/<str:ref>/undo/", saying.undo, name="undo"),
    re_path("^components/(?P<slug>[a-z0-9-]+)/(?P<way>up|down)/$", listing.move, name="move"),
    path("groups/new/", declaring.new(declaring.GROUP), name="group_new"),
    path("groups/<slug:slug>/edit/", declaring.edit(declaring.GROUP), name="group_edit"),
    path(
        "groups/<slug:slug>/retirement/", declaring.retirement(declaring.GROUP), name="group_retire"
    ),
    path("readers/", pages.readers, name="readers"),
    path("readers/new/", declaring.new(declaring.AUDIENCE), name="reader_new"),
    path("readers/<slug:slug>/edit/", declaring.edit(declaring.AUDIENCE), name="reader_edit"),
    path("pages/", pages.index, name="pages"),
    path("pages/new/", declaring.new(declaring.PAGE), name="page_new"),
    path("pages/<slug:slug>/edit/", declaring.edit(declaring.PAGE), name="page_edit"),
    path("pages/<slug:slug>/retirement/", declaring.retirement(declaring.PAGE), name="page_retire"),
    path("pages/<slug:slug>/link/", pages.link, name="page_link"),
    path("pages/<slug:slug>/links/end/", pages.links_end, name="page_links_end"),
    path("formula/", pages.formula, name="formula"),
]
