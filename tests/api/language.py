"""What a schema cannot spell out, as strategies: conditions, instants, documents of promises."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from tests.shop import NOW

FIRST, LAST = datetime(1971, 1, 2), datetime(2199, 12, 30)  # noqa: DTZ001 - a zone is drawn for them
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
_LONGEST = 400  # a condition stays far below what the API takes in one parameter
_OFFSETS = st.integers(-12 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
_LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))


def _written(moment: datetime) -> str:
    return moment.isoformat()


def instants() -> st.SearchStrategy[str]:
    """Instants as RFC 3339 writes them, in the years that are kept, with any offset."""
    return st.datetimes(FIRST, LAST, timezones=_OFFSETS, allow_imaginary=False).map(_written)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_TEXTS = st.one_of(
    st.text(_LETTERS, max_size=8).map(_quoted),
    st.sampled_from(("source", "key", "kind", "touchpoint", "unit", "outcome", "segment.country")),
    st.sampled_from(("lower(outcome)", "upper(segment.plan)", "coalesce(unit, 'none')")),
)
_INSTANT = st.datetimes(FIRST, LAST).map(lambda m: f"timestamp '{m.replace(tzinfo=UTC)}'")
_DURATION = st.builds(
    "interval '{} {}'".format, st.integers(0, 90), st.sampled_from(("minutes", "hours", "days"))
)
_TIMES = st.one_of(
    st.sampled_from(("happened_at", "due_at", "resolved_at", "recorded_at")),
    _INSTANT,
    st.builds("{} {} {}".format, st.just("happened_at"), st.sampled_from("+-"), _DURATION),
)
_DATES = st.one_of(
    st.dates(FIRST.date(), LAST.date()).map(lambda d: f"date '{d}'"), _TIMES.map("day({})".format)
)
_FEW = st.integers(-999, 999) | st.floats(0, 1e6).map(lambda n: f"{n:.3f}")
_NUMBERS = st.recursive(
    st.one_of(
        _FEW.map(str),
        st.sampled_from(("value", "expected", "weight", "version", "number(segment.age)")),
        st.builds("seconds({}, {})".format, _TIMES, _TIMES),
        st.builds("{}({})".format, st.sampled_from(("hour", "weekday")), _TIMES),
    ),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("round({}, {})".format, inner, st.integers(0, 8)),
        inner.map("abs({})".format),
    ),
    max_leaves=3,
)
_SAME_KIND = (_TEXTS, _NUMBERS, _TIMES, _DATES)


def _comparisons(kind: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds(
            "{} {} {}".format, kind, st.sampled_from(("=", "<>", "<", "<=", ">", ">=")), kind
        ),
        st.builds("{} between {} and {}".format, kind, kind, kind),
        st.builds("{} in ({}, {})".format, kind, kind, kind),
        st.builds("{} is {}null".format, kind, st.sampled_from(("", "not "))),
    )


def conditions() -> st.SearchStrategy[str]:
    """Conditions in the language of `signals/expressions.py`."""
    simple = st.one_of(*map(_comparisons, _SAME_KIND), st.sampled_from(("true", "false")))
    joined = st.recursive(
        simple,
        lambda inner: st.one_of(
            st.builds("({} {} {})".format, inner, st.sampled_from(("and", "or")), inner),
            inner.map("not ({})".format),
            st.builds("case when {} then {} else {} end".format, inner, inner, inner),
        ),
        max_leaves=3,
    )
    return joined.filter(lambda text: len(text) <= _LONGEST)


_SAID = st.text(_LETTERS, min_size=1, max_size=40).map(str.strip).filter(bool)
_TARGETS = st.sampled_from(("97%", "0.5", 0.9, "97 in 100", "99.95%", "0", "1"))
_WINDOWS = st.lists(
    st.sampled_from(("1d", "7d", "28d", "1D", "1W", "1M", "1Q", {"rolling": "90d"})),
    min_size=1, max_size=3, unique_by=str,
)  # fmt: skip
_SLUGS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
_NEEDS = st.fixed_dictionaries(
    {},
    optional={
        "cases": st.integers(0, 500),
        "coverage": st.sampled_from(("50%", 0.9, "1")),
        "heartbeat": st.sampled_from(("30m", "24h", "2d")),
        "watermark": st.sampled_from(("0h", "6h", "2d", 0)),
        "no_data": st.sampled_from(("unknown", "kept", "broken")),
    },
)
_COMMON = {
    "zone": st.sampled_from(ZONES),
    # A change of what is promised already takes effect from now on, never backwards.
    "effective_from": st.dates(NOW.date() + timedelta(days=1), LAST.date()).map(str),
    "needs": _NEEDS,
    "exclusions": st.lists(
        _SLUGS | st.fixed_dictionaries({"category": _SLUGS, "cap": _TARGETS}), max_size=3,
        unique_by=lambda one: one["category"] if isinstance(one, dict) else one,
    ),
    "audience": _SAID,
    "visibility": st.sampled_from(("public", "internal")),
    "remedy": _SAID,
    "position": st.integers(0, 1000),
}  # fmt: skip


def _spec(evaluator, needed, optional=None):
    kind = st.fixed_dictionaries({"kind": st.just("delivery")}, optional={"where": conditions()})
    held = {"text": _SAID, "windows": _WINDOWS, "evaluator": st.just(evaluator), "signals": kind}
    return st.fixed_dictionaries({**held, **needed}, optional={**_COMMON, **(optional or {})})


_SPECS = st.one_of(
    _spec("event", {"target": _TARGETS, "good": conditions()}),
    _spec("deadline", {"target": _TARGETS, "due": st.sampled_from(("due_at", "72h", "2d"))},
          {"good": conditions()}),
    _spec("timeslice", {"target": _TARGETS, "slice": st.sampled_from(("5m", "30m"))},
          {"good": conditions(), "slice_good": st.just("share >= 0.5")}),
    _spec("invariant", {"good": conditions()}),
    _spec("attestation", {}),
)  # fmt: skip


def documents(slug: str) -> st.SearchStrategy[dict]:
    """Documents of a promise with this name, of every evaluator."""
    meta = st.fixed_dictionaries({"name": st.just(slug)}, optional={"displayName": _SAID})
    return st.fixed_dictionaries(
        {"apiVersion": st.just("troth/v1"), "kind": st.just("Promise"), "metadata": meta,
         "spec": _SPECS}
    )  # fmt: skip


@st.composite
def spans(draw: st.DrawFn, *, days: int = 3000) -> dict[str, str]:
    """Draw a time that begins after the shop's noon, and ends within `days` or stays open."""
    start = draw(st.datetimes(NOW.replace(tzinfo=None), LAST.replace(year=2190)))
    found = {"starts_at": start.replace(tzinfo=UTC).isoformat()}
    if draw(st.booleans()):
        end = start + draw(st.timedeltas(timedelta(seconds=1), timedelta(days=days)))
        found["ends_at"] = end.replace(tzinfo=UTC).isoformat()
    return found
