"""Small worlds made at random: signals, promises, instants; told to engine and oracle alike."""

# ruff: noqa: ARG005, C901, PLR0912, PLR0915 - one long list of choices, read from top to bottom

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from random import Random
from zoneinfo import ZoneInfo

import oracle
from oracle import Promised, Sent

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
# Days around which the worlds turn: clocks forward and back in each zone, leap day, new year.
DAYS = (
    "2024-03-31", "2024-10-27", "2024-03-10", "2024-11-03", "2024-04-07", "2024-10-06",
    "2024-02-29", "2024-12-31", "2024-06-15",
)  # fmt: skip
SOURCES, KINDS = ("s1", "s2"), ("order", "call", "proof")
WHERE = (
    ("", lambda row: True),
    ("", lambda row: True),
    ("segment.plan = 'pro'", lambda row: row.plan == "pro"),
    ("weight >= 2 or source = 's1'", lambda row: row.weight >= 2 or row.source == "s1"),
)
GOOD = (
    ("outcome = 'ok'", lambda row: row.outcome == "ok"),
    ("value <= 10", lambda row: row.value is not None and row.value <= 10),
    ("resolved_at is not null", lambda row: row.resolved is not None),
    (
        "seconds(happened_at, resolved_at) <= 7200",
        lambda row: row.resolved is not None and row.resolved - row.happened <= timedelta(hours=2),
    ),
)
DUE = (
    ("due_at", lambda row: row.due, True),
    ("due_at", lambda row: row.due, True),
    ("due_at + interval '1 hour'", lambda row: row.due and row.due + timedelta(hours=1), True),
    ("6h", lambda row: row.happened + timedelta(hours=6), False),
    ("2d", lambda row: row.happened + timedelta(days=2), False),
)
TARGETS = ("0", "0.5", "0.8", "0.9", "0.97", "1")
WINDOWS = {
    "2d": ("day", 2), "3d": ("day", 3), "7d": ("day", 7), "28d": ("day", 28), "1d": ("day", 1),
    "6h": ("hour", 6), "36h": ("hour", 36), "100h": ("hour", 100), "90m": ("minute", 90),
    "1D": ("calendar", "D"), "1W": ("calendar", "W"), "1M": ("calendar", "M"),
    "1Q": ("calendar", "Q"), "1Y": ("calendar", "Y"),
}  # fmt: skip


@dataclass
class Told:
    """A promise in both languages: the document for the engine, the values for the oracle."""

    slug: str
    versions: list[tuple[dict, datetime]]
    promised: Promised
    exclusions: list[dict] = field(default_factory=list)
    suspensions: list[dict] = field(default_factory=list)


@dataclass
class World:
    seed: int
    zone: ZoneInfo
    sent: list[Sent]
    batches: list[datetime]
    forgotten: list[tuple[datetime, str]]
    promises: list[Told]
    now: datetime
    asked: list[tuple[datetime | None, datetime | None]]
    stepwise: bool  # tally and judge after each batch, and in the end only what has moved


def make(seed: int, *, promises: int, windows: int) -> World:
    """Make the world of a seed: the same each time."""
    random = Random(seed)
    zone = ZoneInfo(random.choice(ZONES))
    day = datetime.fromisoformat(random.choice(DAYS)).replace(tzinfo=zone)
    middle = day.astimezone(UTC)
    batches = sorted(_near(random, middle, zone, hours=72) for _ in range(random.randint(1, 4)))
    batches = [b + timedelta(microseconds=n) for n, b in enumerate(batches)]
    now = max(batches[-1], _near(random, middle, zone, hours=72)) + timedelta(
        hours=random.choice((0, 1, 30))
    )
    stepwise = random.random() < 0.5
    now += timedelta(hours=2) if stepwise else timedelta(seconds=1)
    sent = _signals(random, middle, zone, batches)
    choice = _Choice(random)
    told = [_promise(choice, f"p{n}", middle, zone, now, windows) for n in range(promises)]
    early = min(_near(random, middle, zone, hours=60), now)
    midnight = oracle._midnight(early.astimezone(zone).date(), zone)
    asked: list[tuple[datetime | None, datetime | None]] = [
        (None, None),
        (early, None),
        (min(midnight, now), random.choice((None, *batches))),
        (midnight + timedelta(microseconds=random.choice((1, -1))), random.choice(batches)),
        (now + timedelta(days=random.choice((1, 40))), None),
        (None, random.choice(batches)),
    ]
    people = [(batches[-1], f"person{n}") for n in range(2) if random.random() < 0.5]
    return World(seed, zone, sent, batches, people, told, now, asked, stepwise)


class _Choice:
    """What the promises of one world choose from: few scans of the store for many promises."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.kinds = [tuple(sorted(random.sample(KINDS, n))) for n in (1, 2)]
        self.due = random.sample(DUE, 2)
        names = [name for name in WINDOWS if name != "90m" or random.random() < 0.1]
        self.windows = names if random.random() < 0.7 else [n for n in names if "h" not in n]


def _near(random: Random, middle: datetime, zone: ZoneInfo, *, hours: int) -> datetime:
    """Return an instant near `middle`, with a liking for boundaries."""
    moment = middle + timedelta(minutes=random.randint(-hours * 4, hours * 4) * 15)
    if random.random() < 0.3:
        moment = oracle._midnight(moment.astimezone(zone).date(), zone)
    nudge = random.choice((0, 0, 0, 1, -1, 999_999))
    return moment.astimezone(UTC) + timedelta(microseconds=nudge)


def _signals(
    random: Random, middle: datetime, zone: ZoneInfo, batches: list[datetime]
) -> list[Sent]:
    keys = [f"k{n}" for n in range(random.choice((1, 5, 20, 60)))]
    count = random.choice((0, 1, 2, 20, 60, 120))
    rows: list[tuple[datetime, Sent]] = []
    for _ in range(count):
        if rows and random.random() < 0.1:
            again = random.choice(rows)[1]
            copy = Sent(**{**vars(again), "recorded": random.choice(batches)})
            rows.append((copy.recorded, copy))
            continue
        happened = _near(random, middle, zone, hours=random.choice((12, 72, 72, 600)))
        rows.append((when := random.choice(batches), _signal(random, keys, happened, when)))
    rows.sort(key=lambda pair: pair[0])
    for order, (_, row) in enumerate(rows):
        row.order = order
    return [row for _, row in rows]


def _signal(random: Random, keys: list[str], happened: datetime, recorded: datetime) -> Sent:
    hours = (0, 1, 2, 6, 6, 24, 48, -1)
    due = happened + timedelta(hours=random.choice(hours)) if random.random() < 0.8 else None
    resolved = None
    if random.random() < 0.8:
        anchor = due if due and random.random() < 0.5 else happened
        nudge = timedelta(microseconds=random.choice((0, 0, 1, -1)))
        resolved = anchor + timedelta(hours=random.choice((0, 0, 1, -1, 5, 30))) + nudge
    return Sent(
        source=random.choice(SOURCES),
        kind=random.choice(KINDS),
        key=random.choice(keys),
        happened=happened,
        recorded=recorded,
        order=0,
        id=random.choice((None, None, f"d{random.randint(0, 9)}")),
        version=random.choice((0, 0, 0, 1, 2)),
        due=due,
        resolved=resolved,
        outcome=random.choice(("ok", "ok", "ok", "bad", None)),
        value=random.choice((1.0, 10.0, 10.5, None)),
        weight=random.choice((1, 1, 1, 2, 5)),
        plan=random.choice(("pro", "free", None)),
        subject=random.choice((None, "person0", "person1")),
        supersedes=random.choice(keys) if random.random() < 0.04 else None,
    )


def _promise(
    choice: _Choice, slug: str, middle: datetime, zone: ZoneInfo, now: datetime, windows: int
) -> Told:
    random = choice.random
    evaluator = random.choice(
        ("event", "event", "deadline", "deadline", "deadline", "timeslice", "invariant",
         "attestation")
    )  # fmt: skip
    names = random.sample(choice.windows, min(windows, len(choice.windows)))
    where_text, where = random.choice(WHERE)
    target = random.choice(TARGETS)
    kinds = random.choice(choice.kinds)
    start = _near(random, middle, zone, hours=72) if random.random() < 0.3 else None
    promised = Promised(
        evaluator=evaluator, kinds=kinds, zone=zone, windows=[], targets=[], where=where,
        min_cases=random.choice((0, 1, 3, 30)),
        coverage=random.choice((Fraction(0), Fraction(1, 2), Fraction(9, 10))),
        heartbeat=random.choice((None, None, None, None, timedelta(hours=12))),
        no_data=random.choice(("unknown", "unknown", "kept", "broken")),
    )  # fmt: skip
    spec: dict = {
        "text": "It is so.", "evaluator": evaluator, "zone": str(zone),
        "signals": {"kind": list(kinds), **({"where": where_text} if where_text else {})},
        "needs": {
            "cases": promised.min_cases, "coverage": str(promised.coverage),
            "no_data": promised.no_data,
            **({"heartbeat": "12h"} if promised.heartbeat else {}),
        },
    }  # fmt: skip
    if evaluator in ("invariant", "attestation"):
        target = "1"
    else:
        spec["target"] = target
    if evaluator in ("event", "invariant"):
        spec["good"], promised.good = random.choice(GOOD)
    if evaluator == "deadline" or (evaluator == "invariant" and random.random() < 0.5):
        _add_due(choice, spec, promised)
    if evaluator == "timeslice":
        names = _add_slices(random, spec, promised, names)
    spec["windows"] = names
    promised.windows = [WINDOWS[name] for name in names]
    if start is not None:
        if promised.slice is not None:
            start = oracle._midnight(start.astimezone(zone).date(), zone)
        spec["effective_from"] = start.isoformat()
    declared = middle - timedelta(days=60)
    promised.targets = [(start, Fraction(target), declared)]
    told = Told(slug, [(_document(slug, spec), declared)], promised)
    if evaluator not in ("invariant", "attestation"):
        _maybe_second_version(random, told, spec, middle, zone, start)
    if evaluator != "attestation":
        _add_exclusions(random, told, spec, middle, zone, now)
    if random.random() < 0.1:
        begins = _near(random, middle, zone, hours=72)
        ends = begins + timedelta(hours=30) if random.random() < 0.7 else None
        promised.suspended = [(begins, ends, begins)]
        told.suspensions = [{"starts_at": begins, "ends_at": ends, "now": begins}]
    return told


def _document(slug: str, spec: dict) -> dict:
    return {
        "apiVersion": "troth/v1", "kind": "Promise", "metadata": {"name": slug},
        "spec": dict(spec),
    }  # fmt: skip


def _add_due(choice: _Choice, spec: dict, promised: Promised) -> None:
    text, due, may_lack = choice.random.choice(choice.due)
    spec.pop("good", None)
    spec["due"] = text
    promised.due, promised.may_lack_due = due, may_lack
    promised.good = lambda row: row.resolved is not None and row.resolved <= due(row)


def _add_slices(random: Random, spec: dict, promised: Promised, names: list[str]) -> list[str]:
    length = random.choice(("5m", "30m", "1h", "6h"))
    seconds = {"5m": 300, "30m": 1800, "1h": 3600, "6h": 21600}[length]
    spec["slice"], promised.slice = length, timedelta(seconds=seconds)
    spec["slice_good"] = random.choice(("share >= 0.5", "share = 1"))
    spec["good"], promised.good = random.choice(GOOD)
    if spec["slice_good"] == "share >= 0.5":
        promised.slice_good = lambda good, total: 2 * good >= total
    kept = [n for n in names if WINDOWS[n][0] in ("day", "calendar")]
    if seconds <= (1800 if "Lord_Howe" in str(promised.zone) else 3600):
        kept = [n for n in names if WINDOWS[n][0] != "minute"]
    return [n for n in kept if n not in ("1Q", "1Y")] or ["2d"]


def _maybe_second_version(
    random: Random, told: Told, spec: dict, middle: datetime, zone: ZoneInfo,
    start: datetime | None,
) -> None:  # fmt: skip
    if random.random() > 0.4:
        return
    moment = _near(random, middle, zone, hours=72)
    if told.promised.slice is not None:
        moment = oracle._midnight(moment.astimezone(zone).date(), zone)
    if start is not None and moment <= start:
        return
    target = random.choice([t for t in TARGETS if t != str(spec["target"])])
    changed = {**spec, "target": target}
    told.versions.append((_document(told.slug, changed), moment))
    told.promised.targets = [*told.promised.targets, (moment, Fraction(target), moment)]


def _add_exclusions(
    random: Random, told: Told, spec: dict, middle: datetime, zone: ZoneInfo, now: datetime
) -> None:
    if random.random() > 0.4:
        return
    categories = [("storm", random.choice((None, "10%", "50%"))), ("mistake", None)]
    listed = [{"category": n, **({"cap": cap} if cap else {})} for n, cap in categories]
    for document, _ in told.versions:
        document["spec"]["exclusions"] = listed
    told.promised.categories = [
        (name, Fraction(int(cap[:-1]), 100) if cap else None) for name, cap in categories
    ]
    for _ in range(random.randint(1, 4)):
        _add_exclusion(random, told, middle, zone, now)


def _add_exclusion(
    random: Random, told: Told, middle: datetime, zone: ZoneInfo, now: datetime
) -> None:
    category = random.choice(("storm", "mistake"))
    recorded = min(_near(random, middle, zone, hours=72), now)
    start = end = None
    text, takes = random.choice((("", lambda row: True), *WHERE[2:], GOOD[1]))
    if told.promised.slice is not None:
        text, takes = "", lambda row: True
        start = oracle._midnight(
            _near(random, middle, zone, hours=72).astimezone(zone).date(), zone
        )
        end = start + told.promised.slice * random.randint(1, 3)
        if any(_overlap(start, end, one) for one in told.promised.excluded):
            return
    elif not text or random.random() < 0.5:
        start = _near(random, middle, zone, hours=72)
        end = start + timedelta(hours=random.choice((1, 24, 48)))
    withdrawn = None
    if random.random() < 0.2:
        withdrawn = min(recorded + timedelta(hours=20), now)
    told.promised.excluded = [
        *told.promised.excluded,
        oracle.Excluded(category, takes, start, end, recorded, withdrawn),
    ]
    told.exclusions.append(
        {"category": category, "where": text, "starts_at": start, "ends_at": end,
         "now": recorded, "withdrawn": withdrawn}
    )  # fmt: skip


def _overlap(start: datetime, end: datetime, one: oracle.Excluded) -> bool:
    return start < one.end and one.start < end
