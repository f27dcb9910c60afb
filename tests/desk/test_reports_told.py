"""Of a report our own people are told who ask: its name, figures and link, and nobody else."""

import pytest

from tests.notify.outbox import reader, spread
from troth.desk import jobs
from troth.desk.models import Report
from troth.notify.actions.routing import route
from troth.notify.contents import story_of
from troth.notify.forms.duty import RouteForm
from troth.notify.models import Delivery, Telling
from troth.notify.rules import families
from troth.notify.rules.events import EVERY_EVENT

pytestmark = [pytest.mark.django_db, pytest.mark.mission("S2.64")]


def test_routes_that_ask_for_reports_are_told_and_readers_are_not(shop, noon):
    made = {"channel": "email", "author": "Ada", "now": noon}
    route(name="Board", events=families.heard(["reports"]), address="board@shop.example", **made)
    route(name="Pager", events=families.heard(["alarms"]), address="pager@shop.example", **made)
    reader("stranger@example.org", events=EVERY_EVENT)
    shop(pillar="quality")
    jobs.report(now=noon)
    report = Report.objects.get()
    told = story_of(Telling.objects.get(event="insight.reported").content)
    assert told.title == "Weekly pillar audit 2026-W11 is made"
    assert told.link.endswith(f"/desk/insight/reports/{report.uid}/")
    assert told.what.splitlines()[1].startswith("0 hairline cracks, ")
    assert told.translations["de"]["what"].splitlines()[1].startswith("0 Haarrisse, ")
    assert "On time" not in str(told)
    spread()
    (message,) = Delivery.objects.filter(thread__about=f"insight:{report.uid}")
    assert message.subscription.note == "Board"
    jobs.report(now=noon)
    assert Telling.objects.filter(event="insight.reported").count() == 1


def test_a_route_may_hear_of_reports_on_the_form_and_says_so():
    assert "reports" in dict(RouteForm().fields["hears"].choices)
    assert families.heard_names(families.heard(["reports", "alarms", "incidents"])) == [
        "alarms", "reports", "incidents"
    ]  # fmt: skip
    assert families.bits(["incidents"]) & families.INNER["reports"] == 0
    with pytest.raises(ValueError, match="nothing to be told of"):
        families.bits(["reports"])
