"""Signals → Upload on the desk: look at a file, put right what is asked, import it."""

import json
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from troth.core import clock
from troth.signals import jobs, queries, uploads
from troth.signals.models import Inbox, RefusedLine, Upload
from troth.staff.models import AuditEntry

from .conftest import minimal

pytestmark = pytest.mark.django_db
BODY = "k,t\nA,2026-01-01T00:00:00Z\nB,yesterday\n"
MAP = minimal(happened_at='{from: "{t}", format: iso8601}')


@pytest.fixture
def desk(ben, signed_in):
    return signed_in(ben)


@pytest.fixture
def give(desk):
    """Return a function that uploads a file and gives its row."""

    def given(body: str | bytes = BODY, text: str = MAP, name: str = "données.csv") -> Upload:
        content = body.encode() if isinstance(body, str) else body
        file = SimpleUploadedFile(name, content)
        answer = desk.post("/desk/signals/import/", {"file": file, "mapping": text, "source": ""})
        assert answer.status_code == 302, answer.content.decode()
        return Upload.objects.get(pk=re.search(r"(\d+)/$", answer.url)[1])

    return given


def test_only_editors_may_upload(cleo, signed_in):
    assert signed_in(cleo).get("/desk/signals/import/").status_code == 403


def test_a_file_is_looked_at_before_anything_is_taken_in(desk, give):
    upload = give()
    page = desk.get(f"/desk/signals/import/{upload.pk}/").content.decode()
    assert "1 of 2 rows" in page
    assert "“yesterday” is not written as ISO 8601" in page
    assert "2026-01-01" in page
    assert Inbox.objects.count() == 0
    path = uploads.path_of(upload)
    assert path.suffix == ".csv"
    assert path.stat().st_mode & 0o077 == 0


def test_a_small_file_is_imported_at_once_and_leaves_the_disk(desk, give):
    upload = give()
    answer = desk.post(f"/desk/signals/import/{upload.pk}/importing/", follow=True)
    assert "1 of 2 rows were accepted" in answer.content.decode()
    assert not uploads.path_of(upload).exists()
    jobs.seal(now=clock.now())
    assert queries.sources() == ["test"]
    assert AuditEntry.objects.filter(thing="file", verb="imported").exists()
    assert RefusedLine.objects.get().origin == "données.csv"
    refused = desk.get(f"/desk/signals/import/{upload.pk}/refused/")
    assert b"yesterday" in b"".join(refused.streaming_content)


def test_a_large_file_waits_for_the_worker(desk, give):
    rows = "".join(f"K{n},2026-01-01T00:00:00Z\n" for n in range(90_000))
    upload = give(f"k,t\n{rows}")
    page = desk.get(f"/desk/signals/import/{upload.pk}/").content.decode()
    assert "of those looked at" in page
    desk.post(f"/desk/signals/import/{upload.pk}/importing/")
    assert Inbox.objects.count() == 0
    assert uploads.is_waiting(now=clock.now())
    assert jobs.read_uploads(now=clock.now()) == 1
    assert jobs.read_uploads(now=clock.now()) == 0
    upload.refresh_from_db()
    assert (upload.state, upload.told["accepted"]) == ("done", 90_000)
    assert not uploads.is_waiting(now=clock.now())


def test_an_import_is_started_once_however_often_it_is_pressed(desk, give):
    upload = give()
    for _ in range(2):
        desk.post(f"/desk/signals/import/{upload.pk}/importing/")
    assert Inbox.objects.count() == 1


def test_open_questions_are_shown_with_a_mapping_to_begin_with(desk, give):
    upload = give(text="")
    page = desk.get(f"/desk/signals/import/{upload.pk}/").content.decode()
    assert "Without a mapping" in page
    assert "happened_at: …" in page
    again = desk.post(f"/desk/signals/import/{upload.pk}/", {"mapping": MAP, "source": "other"})
    assert "1 of 2 rows" in again.content.decode()
    upload.refresh_from_db()
    assert upload.source == "other"


def test_a_mistake_in_the_mapping_stands_beside_it(desk, give):
    upload = give()
    page = desk.post(f"/desk/signals/import/{upload.pk}/", {"mapping": "signals: {}", "source": ""})
    assert "Did you mean “signal”?" in page.content.decode()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("x.csv.gz", b"nonsense"),
        ("../../etc/passwd", b"k,t\n"),
        ("x.xlsx", b"nonsense"),
        ("<b>x</b>.csv", b"\n"),
        ("x.csv", b"\xff\xfe\x00"),
        ("x.parquet", b"\x00" * 100),
    ],
    ids=range(6),
)
def test_a_hostile_file_is_told_not_crashed_on(desk, give, name, body):
    upload = give(body, name=name)
    answer = desk.get(f"/desk/signals/import/{upload.pk}/")
    assert answer.status_code == 200
    assert "Nothing has been taken in." in answer.content.decode()
    assert "<b>x" not in answer.content.decode()
    folder = uploads.path_of(upload).parent
    assert folder.name == "uploads"


def test_a_file_may_be_taken_back(desk, give):
    upload = give()
    desk.post(f"/desk/signals/import/{upload.pk}/removal/")
    assert not uploads.path_of(upload).exists()
    assert Upload.objects.count() == 0


def test_what_nobody_came_back_for_is_removed(give):
    upload = give()
    assert jobs.tidy(now=clock.now()) == 0
    assert jobs.tidy(now=clock.now() + timedelta(days=2)) == 1
    assert not uploads.path_of(upload).exists()


def test_an_import_that_died_half_way_is_taken_up_again(give):
    upload = give()
    Upload.objects.update(state="running", started_at=clock.now() - timedelta(hours=2))
    assert jobs.read_uploads(now=clock.now()) == 1
    upload.refresh_from_db()
    assert upload.state == "done"


def test_the_upload_screen_asks_the_database_a_fixed_number_of_times(
    desk, give, django_assert_num_queries
):
    give()
    desk.get("/desk/signals/import/")
    with django_assert_num_queries(3):
        desk.get("/desk/signals/import/")
    give(), give()
    with django_assert_num_queries(3):
        desk.get("/desk/signals/import/")


def test_refused_rows_of_a_file_are_kept_as_objects_to_be_mended(desk, give):
    upload = give()
    desk.post(f"/desk/signals/import/{upload.pk}/importing/")
    answer = desk.get("/desk/signals/refused.ndjson")
    (line,) = b"".join(answer.streaming_content).splitlines()
    found = json.loads(line)
    assert (found["k"], found["t"], found["_refused"]["line"]) == ("B", "yesterday", 3)
    mended = give(json.dumps({**found, "t": "2026-01-02T00:00:00Z"}), name="mended.ndjson")
    page = desk.get(f"/desk/signals/import/{mended.pk}/").content.decode()
    assert "1 of 1 rows would be accepted" in page
