"""Subscribers come with their proof or are asked; the same file again changes nothing."""

import io
import json
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from tests.notify.readers import NOON, questions, reader, with_mail
from troth.core import clock
from troth.notify import outgoing
from troth.notify.actions.importing import Origin, import_subscribers
from troth.notify.actions.leaving import leave
from troth.notify.actions.subscribing import Source
from troth.notify.actions.suppressing import suppress_address
from troth.notify.incoming.reading import lines
from troth.notify.incoming.shapes import Usual
from troth.notify.incoming.tables import UnreadableError
from troth.notify.models import Subscription
from troth.notify.queries.readers import Sieve
from troth.notify.rules import families
from troth.people import queries as people
from troth.people.models import Consent, Contact

pytestmark = pytest.mark.django_db
USUAL = Usual(events=families.bits(["incidents"]), language="en", zone="UTC")


@pytest.fixture(autouse=True)
def _mail(settings):
    with_mail(settings)


def bring(text, name="file.csv", at=NOON, stated="", **more):
    body = text if isinstance(text, bytes) else text.encode()
    report = import_subscribers(
        lines=lines(io.BytesIO(body), name=name, usual=USUAL),
        origin=Origin(name=name, by="Ada", stated=stated),
        now=at,
        **more,
    )
    return {name: count for name, count in report.counts.items() if count}, report.refused


def test_whoever_has_no_proof_is_asked():
    assert bring("email\nada@example.com\nben@example.com\n") == ({"asked": 2}, [])
    assert len(questions()) == 2
    assert set(Subscription.objects.values_list("state", flat=True)) == {"asked"}
    assert not Consent.objects.exists()


def test_what_staff_know_of_the_consent_is_kept_with_each():
    bring("email\nada@example.com\n", stated="double opt-in, see ticket 17")
    contact = Contact.objects.get()
    assert people.permissions(contact) == {"status": True}
    word = people.ledger(contact)[0]
    assert (word.how, word.by) == ("import", "Ada")
    assert word.proof["stated"] == "double opt-in, see ticket 17"
    assert questions() == []


@pytest.mark.parametrize(
    ("name", "text", "state"),
    [
        # As Statuspage's own files begin: the kind, the address, whether to ask.
        ("statuspage.csv", "email,ada@example.com,no\nsms,1512345678,DE,no\n", "asked"),
        ("statuspage.json", json.dumps([
            {"id": "a1", "mode": "email", "email": "ada@example.com", "components": None},
            {"id": "a2", "mode": "sms", "phone_number": "1512345678", "phone_country": "DE"},
        ]), "asked"),
        ("cachet.json", json.dumps({"meta": {"pagination": {}}, "data": [
            {"id": 1, "email": "ada@example.com", "verify_code": "x", "global": True,
             "verified_at": "2024-05-01 10:00:00"},
            {"id": 2, "email": "ben@example.com", "verified_at": "2024-05-02 10:00:00"},
        ]}), "active"),
        ("instatus.json", json.dumps([
            {"id": "c1", "email": "ada@example.com", "confirmed": True, "all": True},
            {"id": "c2", "email": "ben@example.com", "confirmed": True, "all": True},
        ]), "active"),
    ],
)  # fmt: skip
def test_files_of_other_pages_are_known_by_their_shape(name, text, state):
    counts, refused = bring(text, name)
    assert refused in ([], [(2, "channel: “sms” is no channel")]) or all(
        "sms" in why for _line, why in refused
    )
    assert sum(counts.values()) == 2
    assert Subscription.objects.get(contact__domain="example.com",
                                    contact__shown__startswith="a").state == state  # fmt: skip


def test_what_was_exported_is_imported_elsewhere_with_every_proof():
    with clock.frozen(NOON):
        reader(quiet_from=1320, quiet_until=420, zone="Europe/Berlin", language="de")
        reader(address="https://hooks.example.com/x", channel="webhook")
    written = {
        "file.jsonl": b"".join(outgoing.as_lines(outgoing.documents(Sieve()))),
        "file.csv": b"".join(outgoing.as_csv(outgoing.documents(Sieve()))),
    }
    before = [Subscription.objects.count(), Consent.objects.count()]
    for name, body in written.items():
        assert bring(body, name, NOON + timedelta(days=1)) == ({"known": 2}, [])
    assert [Subscription.objects.count(), Consent.objects.count()] == before
    for name, body in written.items():
        Contact.objects.all().delete()
        assert bring(body, name, NOON + timedelta(days=1)) == ({"brought": 2}, [])
        row = Subscription.objects.select_related("contact").get(contact__channel="email")
        assert (row.quiet_from, row.contact.zone, row.contact.language) == (
            1320, "Europe/Berlin", "de",
        )  # fmt: skip
        word = people.ledger(row.contact)[0]
        assert (word.at, word.proof["was"]["how"]) == (NOON, "api")


def test_importing_again_changes_nothing_even_for_whoever_left():
    text = "email,verified_at\nada@example.com,2024-05-01T10:00:00Z\n"
    assert bring(text) == ({"brought": 1}, [])
    leave(subscription=Subscription.objects.get(), now=NOON, source=Source(how="link", proof={}))
    assert bring(text, at=NOON + timedelta(days=1)) == ({"left": 1}, [])
    assert people.permissions(Contact.objects.get()) == {"status": False}


def test_an_old_yes_does_not_talk_over_a_newer_no():
    text = "channel,address,consents\nemail,ada@example.com,{}\n"
    word = json.dumps([{"purpose": "status", "given": True, "at": "2020-01-01T00:00:00+00:00"}])
    row = reader(events=("promises",))
    from troth.people import actions

    actions.withdraw(contact=row.contact, purposes=["status"], how="link", proof={}, now=NOON)
    Subscription.objects.all().delete()
    quoted = '"' + word.replace('"', '""') + '"'
    bring(text.format(quoted))
    assert people.permissions(row.contact)["status"] is False


def test_dirty_lines_are_named_and_the_rest_is_brought():
    text = (
        "email,components,verified_at\r\n"
        "ada@example.com,,2024-01-01\r\n"
        "not an address,,2024-01-01\r\n"
        "ada@EXAMPLE.com,,2024-01-01\r\n"
        "ben@example.com,Nowhere,2024-01-01\r\n"
        ",,\r\n"
        "a,b,c,d,e\r\n"
        "=cmd|' /C calc'!A0,,\r\n"
        "b\x00n@example.com,,\r\n"
    )
    counts, refused = bring(text)
    assert counts == {"brought": 1, "known": 1, "refused": 5}
    assert [line for line, _why in refused] == [3, 5, 7, 8, 9]
    assert "there is no part “Nowhere” here" in dict(refused)[5]


def test_an_address_that_is_left_alone_is_not_brought():
    suppress_address(channel="email", address="ada@example.com", said="", author="Ada", now=NOON)
    counts, refused = bring("email,verified_at\nada@example.com,2024-01-01\n")
    assert counts == {"refused": 1}
    assert "left alone" in refused[0][1]


def test_a_dry_run_says_the_same_and_writes_nothing():
    text = "email,verified_at\nada@example.com,2024-01-01\nben@example.com,\n"
    assert bring(text, dry_run=True) == ({"brought": 1, "asked": 1}, [])
    assert not Contact.objects.exists()
    assert bring(text) == ({"brought": 1, "asked": 1}, [])


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\x00" * 100, b"[", b"\xff\xfe{}", b"a;b\n1;2\n", b"[[[[" * 50_000,
        "name\n💥\n".encode(), b"%PDF-1.7\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["x.csv", "x.json"])
def test_a_file_of_another_kind_is_refused_whole(name, body):
    with pytest.raises(UnreadableError, match=r"\w+ \w+"):
        bring(body, name)


def test_thousands_of_lines_take_constant_memory_and_little_time():
    import time
    import tracemalloc

    text = "email,verified_at\n" + "".join(f"n{n}@example.com,2024-01-01\n" for n in range(2_000))
    started = time.perf_counter()
    tracemalloc.start()
    counts, _refused = bring(text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert counts == {"brought": 2_000}
    assert peak < 30_000_000
    assert time.perf_counter() - started < 60


@pytest.mark.parametrize("end", [KeyboardInterrupt(), OperationalError("disk full")])
def test_what_was_kept_is_said_when_an_import_is_broken_off(end):
    def read():
        text = "email,verified_at\n" + "".join(f"n{n}@example.com,2024-01-01\n" for n in range(700))
        for number, line in enumerate(lines(io.BytesIO(text.encode()), name="x.csv", usual=USUAL)):
            if number == 600:
                raise end
            yield line

    report = import_subscribers(lines=read(), origin=Origin(name="x", by="Ada"), now=NOON)
    assert report.counts["brought"] == 500
    assert report.stopped[0] == 502
    assert Subscription.objects.count() == 500


REFUSE = {
    "sqlite": """CREATE TRIGGER no BEFORE INSERT ON people_contact WHEN NEW.shown LIKE 'z%%'
        BEGIN SELECT RAISE(ABORT, 'no'); END""",
    "postgresql": """
        CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF NEW.shown LIKE 'z%%' THEN RAISE check_violation USING MESSAGE = 'no'; END IF;
            RETURN NEW; END $$;
        CREATE TRIGGER no BEFORE INSERT ON people_contact FOR EACH ROW EXECUTE FUNCTION no()""",
}


def test_a_line_that_the_database_does_not_keep_is_named_and_holds_up_no_other():
    with connection.cursor() as cursor:
        cursor.execute(REFUSE[connection.vendor])
    try:
        text = "email,verified_at\n" + "".join(
            f"{name}@example.com,2024-01-01\n" for name in ("ada", "zoe", "ben")
        )
        counts, refused = bring(text)
        assert counts == {"brought": 2, "refused": 1}
        assert refused == [(3, "the database does not keep it: no")]
    finally:
        table = " ON people_contact; DROP FUNCTION no" if connection.vendor == "postgresql" else ""
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER no{table}")
