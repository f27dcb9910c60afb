from django.urls import path

from troth.signals import case_views, import_views, refused_views

app_name = "signals"
urlpatterns = [
    path("", case_views.index, name="index"),
    path("cases/", case_views.cases, name="cases"),
    # /import/
    path("import/", import_views.import_, name="import"),
    path("import/<int:pk>/", import_views.upload, name="upload"),
    path("import/<int:pk>/importing/", import_views.importing, name="importing"),
    path("import/<int:pk>/removal/", import_views.removal, name="removal"),
    path("import/<int:pk>/refused/", import_views.refused_file, name="refused_file"),
    # /refused/
    path("refused/", refused_views.refused, name="refused"),
    path("refused.ndjson", refused_views.download, name="refused_download"),
    path("refused/again/", refused_views.again, name="refused_again"),
    path("refused/dismissal/", refused_views.dismissal, name="refused_dismissal"),
]
