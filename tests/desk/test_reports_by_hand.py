"""Reports by the command line and by the API: listed, shown, made by hand, given away as PDF."""

import json
from datetime import date

import pytest
from click.testing import CliRunner

from tests.notify.outbox import with_values
from troth.config import cli
from troth.desk import jobs
from troth.desk.models import Report
from troth.notify.contents import story_of
from troth.notify.models import Telling
from troth.notify.rules.story import in_language

pytestmark = [pytest.mark.django_db, pytest.mark.mission("S2.64")]


def run(*words, code=0):
    done = CliRunner().invoke(cli.troth, ["report", *words])
    assert done.exit_code == code, done.output
    return done


@pytest.fixture
def open_for_reports(shop):
    return shop(pillar="quality")


def test_a_report_is_made_shown_and_listed_by_command(open_for_reports, tmp_path):
    assert "No report is made yet" in run("list").stdout
    made = run("make", "weekly", "--at", "2026-03-10")
    assert made.stderr.startswith("Made: Weekly pillar audit 2026-W11")
    assert "On time" in made.stdout
    row = Report.objects.get()
    assert (row.starts_on, row.ends_on) == (date(2026, 3, 9), date(2026, 3, 15))
    again = run("make", "weekly")
    assert again.stderr.startswith("Made before, and unchanged")
    assert (
        again.stdout == made.stdout == run("show", "weekly").stdout == run("show", row.uid).stdout
    )
    assert json.loads(run("show", "weekly", "--json").stdout) == row.content
    assert row.uid in run("list", "--kind", "weekly").stdout
    (listed,) = json.loads(run("list", "--json").stdout)
    assert (listed["id"], listed["first day"]) == (row.uid, "2026-03-09")


def test_the_command_writes_the_same_pdf_as_the_desk(open_for_reports, tmp_path, signed_in, vic):
    pytest.importorskip("reportlab")
    file = tmp_path / "week.pdf"
    run("make", "weekly", "--pdf", str(file))
    url = f"/desk/insight/reports/{Report.objects.get().uid}/report.pdf"
    assert file.read_bytes() == signed_in(vic).get(url).content


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("make", "weekly", "--at", "2026-03-19"), "the newest report that is due is of 2026-W11"),
        (("make", "weekly", "--at", "1999-12-31"), "reports go back to 2000"),
        (("make", "monthly"), "there is nothing to report of yet"),
        (("show", "rep_nothing"), "there is no report"),
    ],
)
def test_what_cannot_be_made_or_shown_is_said(open_for_reports, words, says):
    assert says in run(*words, code=1).stderr
    assert not Report.objects.exists()


def test_an_older_report_made_by_hand_does_not_keep_the_worker_from_its_own(open_for_reports, noon):
    run("make", "weekly", "--at", "2026-02-10")
    assert jobs.report(now=noon) == 4, "what is missed since is made up for, four weeks at most"
    assert Report.objects.filter(kind="weekly").count() == 5


def test_the_api_lists_shows_and_makes(open_for_reports, client, token):
    reads = {"Authorization": f"Bearer {token('read')}"}
    writes = {"Authorization": f"Bearer {token('write')}"}
    body = json.dumps({"kind": "weekly", "day": "2026-03-10"})

    def post(headers, text=body):
        return client.post("/api/v1/reports", text, "application/json", headers=headers)

    assert post(reads).status_code == 403
    made, again = post(writes), post(writes)
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json() == again.json()
    uid = made.json()["uid"]
    listed = client.get("/api/v1/reports?kind=weekly&search=audit", headers=reads).json()
    assert [one["uid"] for one in listed["items"]] == [uid]
    assert client.get("/api/v1/reports?kind=monthly", headers=reads).json()["total"] == 0
    whole = client.get(f"/api/v1/reports/{uid}", headers=reads).json()
    assert whole["content"] == Report.objects.get().content
    assert client.get("/api/v1/reports/rep_none", headers=reads).status_code == 404
    refused = post(writes, json.dumps({"kind": "weekly", "day": "2200-01-01"}))
    assert (refused.status_code, refused.json()["field"]) == (422, "day")
    pytest.importorskip("reportlab")
    paper = client.get(f"/api/v1/reports/{uid}/report.pdf", headers=reads)
    assert paper.content.startswith(b"%PDF-")


def test_it_is_announced_in_every_language_of_the_installation(open_for_reports, noon, settings):
    settings.TROTH = with_values(settings.TROTH, languages=("en", "de"))
    jobs.report(now=noon)
    story = story_of(Telling.objects.get(event="insight.reported").content)
    assert story.title == "Weekly pillar audit 2026-W11 is made"
    assert in_language(story, "de").title == "Die Wochenprüfung der Säulen 2026-W11 ist fertig"
