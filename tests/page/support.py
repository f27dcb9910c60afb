"""A small company with promises of every verdict, made by hand: no engine is needed to see it."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from troth.page.leaf import Measured
from troth.page.picture import Picture, Shown, Site
from troth.promises.rules.remedies import RemedyRow, RemedyState, Violation
from troth.promises.rules.results import (
    Budget,
    Count,
    Day,
    Detail,
    ExclusionRow,
    FlipRow,
    Interval,
    RestatementRow,
    Standing,
    TargetChange,
    Verdict,
    WindowResult,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECRET = bytes(range(32))


def days(count=90, *, good=9, total=10, target=Fraction(9, 10), until=date(2026, 11, 21)):
    """Return days that differ: every seventh has no case, every fifth is worse."""
    made = []
    for index in range(count):
        all_of_it = 0 if index % 7 == 6 else total + index % 3
        kept = max(0, min(all_of_it, good + index % 3 - (3 if index % 5 == 0 else 0)))
        share = Fraction(kept, all_of_it) if all_of_it else None
        verdict = Verdict.NO_DATA if share is None else Verdict.KEPT
        if share is not None and share < target:
            verdict = Verdict.BROKEN
        made.append(Day(until - timedelta(days=count - 1 - index), kept, all_of_it, verdict))
    return tuple(made)


def window(name="28d", *, verdict=Verdict.KEPT, why="within", good=270, total=280, **more):
    target = more.pop("target", Fraction(9, 10))
    fields = {
        "window": name,
        "starts_at": NOON - timedelta(days=28),
        "at": NOON,
        "verdict": verdict,
        "why": why,
        "good": good,
        "total": total,
        "raw_good": good,
        "raw_total": total,
        "target": target,
        "interval": Interval(0.93, 0.98) if total else None,
        "budget": Budget((1 - target) * total, 0.4, 0.5, None) if target < 1 else None,
    }
    return WindowResult(**{**fields, **more})


def standing(slug="street-lights", *, windows=None, strip=None, **more):
    windows = windows or (window(), window("1M", good=180, total=190))
    head = windows[0]
    fields = {
        "slug": slug,
        "name": slug.replace("-", " ").capitalize(),
        "text": "A dark street light shines again by the date we give you.",
        "pillar": "reliability",
        "visibility": "public",
        "evaluator": "deadline",
        "verdict": head.verdict,
        "why": head.why,
        "good": head.good,
        "total": head.total,
        "raw_good": head.raw_good,
        "raw_total": head.raw_total,
        "target": head.target,
        "interval": head.interval,
        "budget": head.budget,
        "coverage": head.coverage,
        "provisional": head.provisional,
        "restated": head.restated,
        "windows": windows,
        "strip": days() if strip is None else strip,
        "pending": 12,
        "judged_at": NOON,
    }
    return Standing(**{**fields, **more})


def shown(slug="street-lights", *, topic="", translations=None, document=None, **more):
    rows = {name: more.pop(name) for name in list(more) if name in ROWS}
    spec = {"topic": topic, "translations": translations or {}}
    return Shown(standing=standing(slug, **more), document=document or {"spec": spec}, **rows)


ROWS = ("targets", "flips", "restatements", "exclusions", "suspensions", "violations")
REFUND = "You get a lamp for your window."


def flip(slug, was, now, at=NOON, number=1):
    return FlipRow(number, slug, slug.capitalize(), "28d", was, now, at, headline=True)


def change(slug, was, now, at=NOON, *, version=2, reason="We had more staff."):
    return TargetChange(
        slug, slug.capitalize(), version, was, now, at, at, reason, "Ada", ("spec.target",)
    )


def violation(slug, *remedies, number=1, began=NOON, lasted=None, **more):
    """Return a violation; each remedy is (state, note), an hour after the one before."""
    rows = tuple(
        RemedyRow(n, RemedyState(state), note, "for staff", "Ada", began + timedelta(hours=n))
        for n, (state, note) in enumerate(remedies, start=1)
    )
    fields = {
        "id": number,
        "slug": slug,
        "name": slug.replace("-", " ").capitalize(),
        "visibility": "public",
        "window": "28d",
        "headline": True,
        "began_at": began,
        "ended_at": began + lasted if lasted else None,
        "ended_as": "kept" if lasted else "",
        "restated": False,
        "remedy": REFUND,
        "remedies": rows,
    }
    return Violation(**{**fields, **more})


def restated(slug, at=NOON):
    return RestatementRow(
        slug, at - timedelta(days=9), date(2026, 11, 12), 12, 20, 13, 21, "late signals", at
    )


def exclusion(slug):
    return ExclusionRow(
        1,
        slug,
        "force-majeure",
        "A storm closed the roads.",
        "Ada",
        "",
        NOON,
        None,
        NOON,
        None,
        retroactive=True,
    )


def company(base_url="https://city.example", languages=("en", "de"), written_at=NOON, notice=""):
    """Return a picture with one promise of each verdict."""
    site = Site("City Services", base_url, languages, notice)
    lights = shown(
        topic="street lights",
        translations={
            "de": {
                "text": "Eine dunkle Laterne leuchtet zum genannten Tag wieder.",
                "name": "Laternen",
                "topic": "Straßenlaternen",
            }
        },
        windows=(
            window(verdict=Verdict.BROKEN, why="over_budget", good=1526, total=2187),
            window("1M", verdict=Verdict.BROKEN, why="over_budget", good=800, total=1200),
        ),
        flips=(flip("street-lights", "kept", Verdict.BROKEN),),
        targets=(
            change(
                "street-lights",
                None,
                Fraction(3, 4),
                NOON - timedelta(days=90),
                version=1,
                reason="",
            ),
            change("street-lights", Fraction(3, 4), Fraction(9, 10), NOON - timedelta(40)),
        ),
        restatements=(restated("street-lights"),),
        segments=("district",),
        remedy=REFUND,
        violations=(
            violation("street-lights", number=3, began=NOON - timedelta(days=2)),
            violation(
                "street-lights",
                ("under_way", "We are sending them."),
                ("done", "All 41 lamps are sent."),
                number=2,
                began=NOON - timedelta(days=60),
                lasted=timedelta(days=6, hours=4),
                restated=True,
            ),
        ),
        exclusions=(exclusion("street-lights"),),
    )
    breach = shown(
        "breach-notice",
        text="If your data is affected, you hear from us within 72 hours.",
        evaluator="invariant",
        windows=(
            window(
                "1Y", verdict=Verdict.NO_DATA, why="untested", good=0, total=0, target=Fraction(1)
            ),
        ),
        strip=tuple(Day(d.date, 0, 0, Verdict.NO_DATA) for d in days()),
        pending=0,
    )
    return Picture(
        site,
        written_at,
        written_at - timedelta(minutes=1),
        (
            shown(
                "branches",
                text="A fallen branch is gone by the day we name.",
                windows=(window(good=173, total=184),),
            ),
            lights,
            shown(
                "answers",
                text="You have an answer within two working days.",
                windows=(window(verdict=Verdict.AT_RISK, why="posterior", good=95, total=104),),
            ),
            shown(
                "new-line",
                text="The new bus line comes every ten minutes.",
                evaluator="event",
                windows=(window(verdict=Verdict.NOT_ENOUGH, why="few_cases", good=7, total=8),),
            ),
            breach,
        ),
        revision="abc123",
    )


def detail():
    """Return the function that gives a promise's detail, as page.queries would."""
    counts = {"north": Count(400, 420), "south": Count(10, 20), None: Count(3, 4)}

    def measure(one):
        found = Detail(
            standing=one.standing,
            document=dict(one.document),
            how_counted=("A report counts as kept when it is closed by its due time.",),
            targets=one.targets,
            flips=one.flips,
            restatements=one.restatements,
            exclusions=one.exclusions,
            suspensions=one.suspensions,
            series=days(200),
        )
        segments = dict.fromkeys(one.standing.segments, counts)
        return Measured(found, segments, NOON)

    return measure


def published(place, picture, *, now=NOON):
    """Write the picture into a folder as `troth publish` would."""
    from troth.page import folder, render

    made = render.sheets(picture, secret=SECRET, measure=detail())
    with folder.alone(place):
        folder.write(place, sheets=made, pulse=folder.Pulse(picture.revision, ""), now=now)
    return place / "current"
