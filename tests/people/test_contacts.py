"""One person is one row, nothing at rest shows an address, and the last word holds."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.people import actions, queries
from troth.people.models import Consent, Contact
from troth.people.rules import addresses

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


def ada(address="ada@example.com", channel="email"):
    return actions.know(channel=channel, address=address, now=NOON)


@pytest.mark.parametrize(
    ("channel", "written", "kept"),
    [
        ("email", " Ada@EXAMPLE.com ", "Ada@example.com"),
        ("email", "ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("email", "ada@XN--BCHER-KVA.example", "ada@xn--bcher-kva.example"),
        ("sms", "+49 (0)30 / 123-4567", "+49301234567"),
        ("voice", "0049 30 1234567", "+49301234567"),
        ("webhook", "HTTPS://Hooks.Example.COM/a?b=C#d", "https://hooks.example.com/a?b=C"),
        ("ntfy", " status ", "status"),
    ],
)
def test_an_address_has_one_way_of_writing(channel, written, kept):
    assert addresses.normal(channel, written) == kept
    assert addresses.normal(channel, kept) == kept


@pytest.mark.parametrize(
    ("channel", "written"),
    [
        ("email", "ada"),
        ("email", "ada@localhost"),
        ("email", "ada@example.com\nBcc: all@example.com"),
        ("email", "a" * 300 + "@example.com"),
        ("email", "ada@exa\ud800mple.com"),
        ("sms", "030 1234567"),
        ("sms", "+0301234567"),
        ("sms", "+٤٩٣٠١٢٣٤٥٦٧"),
        ("webhook", "javascript:alert(1)"),
        ("webhook", "https://ada:secret@example.com/"),
        ("webhook", "https://example.com:99999/"),
        ("webhook", "https://exa mple.com/"),
        ("ntfy", "\x00"),
        ("ntfy", "  "),
    ],
)
def test_what_is_no_address_is_refused_in_a_sentence(channel, written):
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        addresses.normal(channel, written)


@given(st.sampled_from(["email", "sms", "webhook", "ntfy"]), st.text())
def test_any_text_is_an_address_or_refused(channel, text):
    try:
        kept = addresses.normal(channel, text)
    except ValueError:
        return
    assert addresses.normal(channel, kept) == kept
    assert len(addresses.shown(kept)) <= 120


def test_of_an_address_that_is_a_secret_its_service_is_shown_and_nothing_more():
    shown = {
        '{"endpoint":"https://push.example/send/1","keys":{}}': "push.example/•••",
        "gotify://host/token": "gotify://•••",
        "https://chat.example/hooks/abc": "chat.example/•••",
    }
    assert {kept: addresses.shown(kept) for kept in shown} == shown


@pytest.mark.django_db
def test_the_same_address_is_one_contact_and_is_not_readable_at_rest():
    first, second = ada(), ada("ada@EXAMPLE.com")
    assert first == second
    row = str(Contact.objects.values().get())
    assert "ada@" not in row
    assert b"ada" not in bytes(first.sealed)
    assert (first.shown, first.domain) == ("a•••@example.com", "example.com")
    assert queries.addresses([first.pk]) == {first.pk: "ada@example.com"}
    assert queries.find("email", "ada@Example.com") == first
    assert queries.find("sms", "+4930123456") is None


@pytest.mark.django_db
def test_the_last_word_is_in_force_and_every_word_is_kept():
    contact = ada()
    actions.allow(contact=contact, purposes=["status", "ideas"], how="form",
                  proof={"text": "t1"}, now=NOON)  # fmt: skip
    actions.withdraw(contact=contact, purposes=["ideas"], how="link", proof={}, now=LATER)
    assert queries.permissions(contact) == {"status": True, "ideas": False}
    assert queries.allowed([contact.pk], "status") == {contact.pk}
    assert queries.allowed([contact.pk], "ideas") == set()
    assert [(row.purpose, row.is_given) for row in queries.ledger(contact)] == [
        ("ideas", False), ("status", True), ("ideas", True),
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_forgotten_contact_is_counted_and_cannot_be_found():
    contact = ada()
    actions.allow(contact=contact, purposes=["status"], how="form",
                  proof={"ip": "x"}, now=NOON)  # fmt: skip
    actions.forget(contact=contact, now=LATER)
    assert queries.find("email", "ada@example.com") is None
    assert queries.addresses([contact.pk]) == {}
    assert queries.allowed([contact.pk], "status") == set()
    assert (Contact.objects.count(), Consent.objects.get().proof) == (1, {})
    assert ada() != contact


@pytest.mark.django_db
def test_merging_keeps_the_newest_word_of_both():
    kept, other = ada(), ada("ada@example.org")
    actions.allow(contact=kept, purposes=["status"], how="form", proof={}, now=NOON)
    actions.withdraw(contact=other, purposes=["status"], how="link", proof={}, now=LATER)
    actions.allow(contact=other, purposes=["ideas"], how="form", proof={}, now=NOON)
    actions.merge(kept=kept, other=other)
    assert queries.permissions(kept) == {"status": False, "ideas": True}
    assert Contact.objects.get() == kept
