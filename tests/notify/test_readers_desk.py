"""The desk's readers: found by the exact address, ended, brought by a file, left alone."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.notify.readers import reader, with_mail
from troth.notify.actions.suppressing import bounced
from troth.notify.models import Subscription, Suppression
from troth.staff.models import AuditEntry

pytestmark = pytest.mark.django_db
BASE = "/desk/messages/subscribers/"
ALONE = "/desk/messages/suppressions/"


@pytest.fixture(autouse=True)
def _mail(settings):
    with_mail(settings)


@pytest.fixture
def desk(signed_in, ben):
    return signed_in(ben)


def test_a_list_shows_addresses_in_part_and_finds_one_whole(desk, django_assert_max_num_queries):
    for number in range(3):
        reader(address=f"n{number}@example.com")
    with django_assert_max_num_queries(13):
        text = desk.get(BASE).content.decode()
    assert text.count("n•••@example.com") == 3
    assert "n1@example.com" not in text
    text = desk.get(BASE, {"address": "N1@EXAMPLE.com".replace("N", "n")}).content.decode()
    assert text.count("n•••@example.com") == 1
    assert "Nobody reads us" in desk.get(BASE, {"address": "who@example.com"}).content.decode()


def test_one_reader_is_shown_with_every_word_and_ended(desk):
    row = reader()
    text = desk.get(f"{BASE}{row.uid}/").content.decode()
    assert "yes" in text
    assert "incidents" in text
    assert desk.get(f"{BASE}{row.uid}/end/").status_code == 200
    row.refresh_from_db()
    assert row.state == "active"
    desk.post(f"{BASE}{row.uid}/end/")
    row.refresh_from_db()
    assert (row.state, row.end_how) == ("ended", "staff")
    assert AuditEntry.objects.filter(thing="subscription", verb="ended").count() == 1


def test_a_file_is_tried_and_then_brought(desk):
    def send(do):
        file = SimpleUploadedFile(
            "list.csv", b"email,verified_at\nada@example.com,2024-01-01\n?,\n"
        )
        return desk.post(f"{BASE}file/", {"file": file, "events": ["incidents"], "do": do})

    assert "Nothing was written yet" in send("try").content.decode()
    assert not Subscription.objects.exists()
    text = send("bring").content.decode()
    assert "1 with their proof" in text
    assert "1 refused" in text
    assert Subscription.objects.get().state == "active"
    odd = SimpleUploadedFile("x.pdf", b"%PDF-1.7")
    answer = desk.post(f"{BASE}file/", {"file": odd, "events": ["incidents"], "do": "bring"})
    assert answer.status_code == 422


def test_an_address_is_left_alone_and_let_go(desk):
    assert desk.post(ALONE, {"channel": "email", "address": "?"}).status_code == 422
    desk.post(ALONE, {"channel": "email", "address": "ada@example.com", "said": "by telephone"})
    row = Suppression.objects.get()
    assert "a•••@example.com" in desk.get(ALONE).content.decode()
    desk.post(f"{ALONE}{row.pk}/")
    row.refresh_from_db()
    assert row.lifted_by == "Ben"


def test_a_bounce_is_seen_at_its_reader(desk):
    row = reader()
    bounced(contact_id=row.contact_id, kind="hard", said="550 <b>no</b>", event_id="1",
            at=row.asked_at, now=row.asked_at)  # fmt: skip
    text = desk.get(f"{BASE}{row.uid}/").content.decode()
    assert "hard bounce" in text
    assert "&lt;b&gt;no" in text


@pytest.mark.parametrize("role", ["vic", "cleo", "dov"])
def test_who_may_not_changes_nothing(request, signed_in, role):
    row = reader()
    client = signed_in(request.getfixturevalue(role))
    for path, body in ((f"{BASE}{row.uid}/end/", {}), (f"{BASE}file/", {}),
                       (ALONE, {"channel": "email", "address": "b@example.com"})):  # fmt: skip
        assert client.post(path, body).status_code in {302, 403}
    row.refresh_from_db()
    assert (row.state, Suppression.objects.count()) == ("active", 0)
    expected = 200 if role == "cleo" else 302 if role == "dov" else 403
    assert client.get(BASE).status_code == expected
