from django.urls import path

from troth.promises.views import exports, violations

app_name = "violations"
urlpatterns = [
    path("", violations.index, name="index"),
    path("ledger.<str:form>", exports.violations, name="file"),
    path("<int:number>/", violations.show, name="show"),
    path("<int:number>/remedies/", violations.record, name="record"),
]
