import pytest
from django.utils import translation

from troth.page.explain import explained
from troth.page.plain import plainly
from troth.promises.rules import document

ENGLISH = [
    ("resolved_at <= due_at", "its end is not later than its due time"),
    ("outcome = 'delivered'", "its outcome is “delivered”"),
    ("outcome in ('a', 'b', 'c')", "its outcome is one of: “a”, “b” and “c”"),
    ("resolved_at is null", "its end is missing"),
    ("resolved_at is not null", "its end is known"),
    ("seconds(happened_at, resolved_at) <= 7200",
     "the time from its beginning to its end is at most 2\u202fh"),
    ("value < 2.5 and segment.plan = 'pro'", "its value is less than 2.5 and its “plan” is “pro”"),
    ("value > 1 and (outcome = 'a' or outcome = 'b')",
     "its value is more than 1 and (its outcome is “a” or its outcome is “b”)"),
    ("resolved_at < happened_at + interval '3 days'",
     "its end is earlier than its beginning plus 3 days"),
    ("lower(outcome) like 'ok%'", "LOWER(outcome) LIKE 'ok%'"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "plain"), ENGLISH)
def test_an_expression_is_said_in_words(text, plain):
    with translation.override("en"):
        assert plainly(text).lower() == plain.lower()


def test_an_expression_is_said_in_german():
    with translation.override("de"):
        assert plainly("resolved_at <= due_at") == "Ende ist nicht später als zugesagter Termin"
        assert plainly("value >= 1000.5") == "Wert ist mindestens 1.000,5"


def terms(**spec):
    whole = {"text": "x", "evaluator": "deadline", "target": "97%", "windows": ["28d", "1M"]}
    whole = {**whole, "signals": {"kind": "delivery"}, "due": "due_at", **spec}
    return document.read({"metadata": {"name": "x"}, "spec": whole})


@pytest.mark.mission("S0.18", "S2.12")
def test_a_reader_learns_how_a_promise_is_counted():
    with translation.override("en"):
        said = explained(terms(needs={"heartbeat": "24h", "watermark": "72h"},
                               exclusions=[{"category": "storm", "cap": "1%"}]))  # fmt: skip
    assert said == [
        "We count every case reported as “delivery”.",
        "A case is kept when its end is not later than its due time.",
        "It is judged at this moment: its due time.",
        "A case that is still open then counts as broken.",
        "At least 97\u202f% of the cases must be kept.",
        "We look at the last 28 days and the current month. Days begin and end at midnight in UTC.",
        "A case without a due time is no promise. We count it apart, as neither kept nor broken.",
        "With fewer than 30 cases we give no verdict.",
        "When nothing is reported for 1 day, we say that there is no data.",
        "A day stays provisional for 3 days. What changes later is listed as a correction.",
        "Cases may be left out for “storm”, at most 1\u202f% of them; each time is listed here.",
    ]


@pytest.mark.parametrize(
    "spec",
    [
        {"evaluator": "event", "good": "outcome = 'ok'", "due": None},
        {"evaluator": "invariant", "good": "outcome = 'ok'", "due": None, "target": None},
        {"evaluator": "timeslice", "slice": "5m", "slice_good": "share >= 0.99", "due": None},
        {"evaluator": "attestation", "due": None, "target": None},
        {"due": {"after": "8h", "calendar": "office"}},
    ],
)
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_kind_of_promise_can_be_explained(spec, language):
    with translation.override(language):
        said = explained(terms(**spec))
    assert len(said) >= 3
    assert all(line.endswith(".") and "%(" not in line for line in said)
