"""An expression means the same on every engine: null, empty, case, numbers, local days."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from troth.core.windows import DAY, Span
from troth.signals import actions, queries
from troth.signals.envelope import Signal
from troth.signals.expressions import parse
from troth.signals.store import Filter, Question

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")  # clocks went forward on 29 March 2026 at 01:00 UTC
ROWS = {
    "a": {"value": 2.0, "segment": {"plan": "pro", "size": 5}, "outcome": "ok"},
    "b": {"value": -2.5, "segment": {"plan": "Pro", "size": "5.50"}, "unit": "ms"},
    "c": {"segment": {"plan": "", "size": "many"}, "outcome": "OK"},
    "d": {"value": 0.1, "segment": {}, "weight": 3, "expected": 0.3},
    "e": {"value": 0.0, "segment": {"plan": "ÄÖ ß'\"%_", "size": -1}, "touchpoint": "web"},
    "f": {"due_at": NOON, "resolved_at": NOON, "segment": {"plan": "pro_x"}},
    "g": {"due_at": NOON, "resolved_at": NOON + timedelta(microseconds=1), "value": 1e100},
    "h": {"due_at": datetime(2026, 3, 28, 22, 59, 59, tzinfo=UTC), "value": 3.0,
          "resolved_at": datetime(2026, 3, 28, 23, tzinfo=UTC), "version": 2**53},
    "i": {"due_at": datetime(2026, 3, 29, 22, tzinfo=UTC), "value": 1e-7,
          "resolved_at": datetime(2026, 3, 29, 22, 30, tzinfo=UTC)},
}  # fmt: skip
CONDITIONS = {
    "segment.plan = 'pro'": "a",
    "segment.plan <> 'pro'": "bcef",
    "not segment.plan = 'pro'": "bcef",
    "lower(segment.plan) = 'pro'": "ab",
    "lower(segment.plan) = 'äö ß''\"%_'": "e",
    "upper(outcome) = 'OK'": "ac",
    "segment.plan is null": "dghi",
    "segment.plan = ''": "c",
    "segment.plan in ('pro', '')": "ac",
    "segment.plan in ('pro', null)": "a",
    "segment.plan not in ('pro', null)": "",
    "segment.plan like 'pro%'": "af",
    "segment.plan like 'pro__'": "f",
    "segment.plan not like '%o%'": "ce",
    "segment.plan like '%''%'": "e",
    "segment.plan < 'a'": "bc",
    "coalesce(segment.plan, outcome, 'none') = 'none'": "dghi",
    "number(segment.size) > 5": "b",
    "number(segment.size) = 5.5": "b",
    "number(segment.size) is null": "cdfghi",
    "value > 0": "adghi",
    "value >= 0.1 and value <= 0.1": "d",
    "value between -2.5 and 0": "be",
    "value + value + value = expected": "",
    "round(value * 3, 1) = expected": "d",
    "round(value) = -3": "b",
    "round(value) = 2": "a",
    "abs(value) = 2.5": "b",
    "1 / value > 1": "di",
    "value / 0 is null": "abcdefghi",
    "value * value * value * value * value > 1": "ah",
    "value * value * value * 1e100 is null": "cfg",
    "value * 1e100 * 1e100 * 1e100 * 0 is null": "cfg",
    "-value = 2.5": "b",
    "weight = 3": "d",
    "version = 9007199254740992": "h",
    "case when value > 1 then 'big' when value > 0 then 'small' end = 'small'": "di",
    "case when value > 1 then 1 else 0 end = 0": "bcdefi",
    "resolved_at <= due_at": "f",
    "not (resolved_at <= due_at)": "ghi",
    "seconds(due_at, resolved_at) = 0.000001": "g",
    "seconds(due_at, resolved_at) >= 1": "hi",
    "resolved_at <= due_at + interval '1 second'": "fgh",
    "due_at = timestamp '2026-03-29T14:00:00+02:00'": "fg",
    "day(due_at) = date '2026-03-28'": "h",
    "day(resolved_at) = day(due_at)": "fgi",
    "day(due_at) = date '2026-03-30'": "i",
    "day(due_at + interval '90 days') = date '2026-06-27'": "fgh",
    "hour(due_at) = 14": "fg",
    "hour(due_at) = 23": "h",
    "weekday(due_at) = 7": "fg",
    "weekday(due_at) = 6": "h",
    "weekday(due_at) in (1, 2)": "i",
    "touchpoint = 'web' or unit = 'ms'": "be",
    "touchpoint = 'web' or null": "e",
    "true": "abcdefghi",
    "null": "",
    "not null": "",
    "null is null": "abcdefghi",
    "source = 'shop' and kind = 'visit' and key > 'g'": "hi",
    "happened_at <= recorded_at": "abcdefghi",
}


@pytest.fixture
def rows(adapter):
    batch = [
        Signal(source="shop", kind="visit", happened_at=NOON, key=key, **more)
        for key, more in ROWS.items()
    ]
    actions.accept(batches=[batch], door="test", now=NOON)
    actions.seal(now=NOON)
    return adapter


def test_a_condition_chooses_the_same_cases_everywhere(rows):
    store = queries.store()
    found = {}
    for text in CONDITIONS:
        page = store.cases(Filter(where=parse(text, role="condition"), zone=BERLIN), order="key")
        found[text] = "".join(row.key for row in page.cases)
    assert found == CONDITIONS


def test_a_condition_counts_what_it_chooses_and_null_is_not_good(rows):
    span = Span(NOON - timedelta(days=1), NOON)
    texts = list(CONDITIONS)
    questions = [
        Question(kinds=("visit",), time=parse("happened_at", role="time"),
                 good=parse(text, role="condition"))
        for text in texts
    ]  # fmt: skip
    answers = queries.store().tally(questions, span=span, zone=BERLIN, grain=DAY)
    weights = {key: more.get("weight", 1) for key, more in ROWS.items()}
    counted = {text: tallies[0].good for text, tallies in zip(texts, answers, strict=True)}
    assert counted == {t: sum(weights[key] for key in keys) for t, keys in CONDITIONS.items()}
    assert {tallies[0].total for tallies in answers} == {sum(weights.values())}


def test_a_where_leaves_out_what_is_not_true(rows):
    span = Span(NOON - timedelta(days=1), NOON)
    for text, keys in CONDITIONS.items():
        asked = Question(kinds=(), time=parse("happened_at", role="time"),
                         where=parse(text, role="condition"))  # fmt: skip
        [tallies] = queries.store().tally([asked], span=span, zone=BERLIN, grain=DAY)
        assert sum(t.total for t in tallies) == sum(ROWS[k].get("weight", 1) for k in keys), text
