"""A company with components of every status and incidents of every kind, made by hand."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction

from tests.page.support import NOON, company
from troth.components.rules.results import Board, Cause, Day, GroupShown, Shown, Status, Weights
from troth.incidents.rules.results import (
    Affected,
    Edit,
    FollowUp,
    Impact,
    ImpactSpan,
    IncidentShown,
    Kind,
    Postmortem,
    State,
    UpdateShown,
    Urgency,
)
from troth.page.situation import Situation, entry_of

LONG_AGO = NOON - timedelta(days=400)
WEIGHTS = Weights()


def uid(text):
    return "".join(c for c in f"{text.lower()}xxxxxxxxxxxx" if c.isalnum())[:12]


def day(at, *bad, weights=WEIGHTS):
    """Return a day of 86,400 seconds; `bad` are (status, seconds), the rest is operational."""
    left = 86_400 - sum(seconds for _, seconds in bad)
    seconds = (*bad, *([(Status.OPERATIONAL, left)] if left else []))
    known = sum(n for status, n in seconds if status is not Status.NO_DATA)
    weight = {
        Status.MAJOR: weights.major,
        Status.PARTIAL: weights.partial,
        Status.DEGRADED: weights.degraded,
        Status.MAINTENANCE: weights.maintenance,
    }
    down = sum((n * weight.get(status, Fraction(0)) for status, n in seconds), Fraction(0))
    order = (*weight, Status.NO_DATA, Status.OPERATIONAL)
    worst = min((status for status, _ in seconds), key=order.index)
    return Day(date=at, seconds=seconds, worst=worst, share=1 - down / known if known else None)


def strip(*bad, until=date(2026, 11, 21), count=90):
    """Return `count` days; `bad` are (days before the last one, status, seconds)."""
    marked = {}
    for back, status, seconds in bad:
        marked.setdefault(back, []).append((status, seconds))
    return tuple(
        day(until - timedelta(days=back), *marked.get(back, ()))
        for back in range(count - 1, -1, -1)
    )


def share_of(days):
    known = [one.share for one in days if one.share is not None]
    return sum(known, Fraction(0)) / len(known) if known else None


def component(slug, status=Status.OPERATIONAL, *, group=None, bad=(), days=None, **more):
    days = strip(*bad) if days is None else days
    fields = {
        "uid": uid(slug),
        "slug": slug,
        "name": slug.replace("-", " ").capitalize(),
        "description": "",
        "group": uid(group) if group else None,
        "position": 1,
        "status": status,
        "since": NOON - timedelta(hours=2),
        "cause": None if status is Status.OPERATIONAL else Cause.INCIDENT,
        "strip": days,
        "share": share_of(days),
        "created_at": LONG_AGO,
        "updated_at": NOON - timedelta(hours=2),
    }
    return Shown(**{**fields, **more})


def group(slug, *members, status=Status.OPERATIONAL, parent=None, **more):
    fields = {
        "uid": uid(slug),
        "slug": slug,
        "name": slug.replace("-", " ").capitalize(),
        "description": "",
        "parent": uid(parent) if parent else None,
        "position": 1,
        "status": status,
        "components": tuple(uid(member) for member in members),
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
    }
    return GroupShown(**{**fields, **more})


def update(name, state, minutes, body, *, affected=(), due=None, edits=()):
    at = NOON - timedelta(minutes=minutes)
    return UpdateShown(
        uid=uid(name),
        state=state,
        body=body,
        html=f"<p>{body}</p>",
        at=at,
        created_at=at,
        updated_at=edits[-1].at if edits else at,
        affected=affected,
        next_due_at=due,
        edits=edits,
    )


def incident(name, state=State.IDENTIFIED, *, kind=Kind.INCIDENT, **more):
    begun = more.pop("started_at", NOON - timedelta(hours=2))
    fields = {
        "uid": uid(name),
        "kind": kind,
        "name": name,
        "state": state,
        "impact": Impact.MAJOR,
        "urgency": Urgency.URGENT,
        "started_at": begun,
        "created_at": begun,
        "updated_at": NOON - timedelta(minutes=20),
        "updates": (
            update(
                "u2" + name[:4].lower(), State.IDENTIFIED, 20, "A missing part. It arrives soon."
            ),
            update("u1" + name[:4].lower(), State.INVESTIGATING, 110, "We are looking into it."),
        ),
        "revision": f"rev-{name.lower().replace(' ', '-')}",
    }
    return IncidentShown(**{**fields, **more})


def problem():
    change = Affected(
        code=uid("payments"), name="Shop - Payments", was=Status.OPERATIONAL, now=Status.PARTIAL
    )
    due = NOON + timedelta(minutes=40)
    edit = Edit(at=NOON - timedelta(minutes=15), body="A missing part. It arrives in June.")
    return incident(
        "Card payments fail for some customers",
        next_due_at=due,
        affects="About one payment in ten, with cards of one bank.",
        workaround="Pay by bank transfer.",
        components=(uid("payments"),),
        identified_at=NOON - timedelta(minutes=20),
        updates=(
            update("upd2", State.IDENTIFIED, 20, "A missing part. It arrives soon.",
                   due=due, edits=(edit,)),
            update("upd1", State.INVESTIGATING, 110, "We are looking into it.", affected=(change,)),
        ),
        spans=(
            ImpactSpan(component=uid("payments"), name="Shop - Payments", status=Status.PARTIAL,
                       starts_at=NOON - timedelta(hours=2), ends_at=None),
        ),
    )  # fmt: skip


def past():
    """Return an incident that is over, with its post-mortem."""
    begun, ended = NOON - timedelta(days=40), NOON - timedelta(days=40) + timedelta(hours=1)
    return incident(
        "Web pages were slow",
        State.POSTMORTEM,
        started_at=begun,
        resolved_at=ended,
        updated_at=ended,
        impact=Impact.MINOR,
        components=(uid("web"),),
        spans=(
            ImpactSpan(component=uid("web"), name="Shop - Web", status=Status.DEGRADED,
                       starts_at=begun, ends_at=ended),
        ),
        updates=(update("old2", State.RESOLVED, 40 * 1440 - 60, "All is well. No data was lost."),
                 update("old1", State.INVESTIGATING, 40 * 1440, "Pages are slow.")),
        postmortem=Postmortem(
            apology="<p>We are sorry.</p>",
            cause="<p>A full disk.</p>",
            fix="<p>We made room.</p>",
            prevention="<p>We watch the disk now.</p>",
            published_at=ended + timedelta(days=1),
            follow_ups=(
                FollowUp(text="Alert at 80 %", owner="Platform", due=ended + timedelta(days=7),
                         done_at=ended + timedelta(days=5)),
                FollowUp(text="A second disk", owner="Platform", due=ended + timedelta(days=60),
                         done_at=None),
            ),
            budget_seconds=3600,
        ),
    )  # fmt: skip


def maintenance(name="A new database", state=State.SCHEDULED, *, starts=None, **more):
    starts = starts or NOON + timedelta(days=4)
    return incident(
        name,
        state,
        kind=Kind.MAINTENANCE,
        impact=Impact.MAINTENANCE,
        urgency=None,
        started_at=starts,
        created_at=starts - timedelta(days=5),
        scheduled_for=starts,
        scheduled_until=starts + timedelta(hours=2),
        announced_at=starts - timedelta(days=5),
        in_time=True,
        components=(uid("phone-line"),),
        updates=(
            update("mnt1" + name[:3].lower(), state, 60, "You may not reach us for ten minutes."),
        ),
        **more,
    )


def board(at=NOON):
    """Return two groups, one healthy and one not, and components in no group."""
    components = (
        component("web", group="shop", bad=((40, Status.DEGRADED, 3600),)),
        component("payments", Status.PARTIAL, group="shop",
                  bad=((0, Status.PARTIAL, 7200), (33, Status.MAJOR, 1800))),
        component("paris", group="regions"),
        component("oslo", group="regions", bad=((12, Status.MAINTENANCE, 7200),)),
        component("phone-line", Status.DEGRADED, note="Please let it ring.", cause=Cause.PERSON,
                  until=NOON + timedelta(hours=3), bad=((0, Status.DEGRADED, 600),)),
        component("sensors", Status.NO_DATA, last_known=Status.OPERATIONAL,
                  bad=((0, Status.NO_DATA, 40_000), (1, Status.NO_DATA, 86_400))),
        component("mail-carrier", third_party=True),
        component("old-api", only_if_degraded=True),
    )  # fmt: skip
    groups = (
        group("shop", "web", "payments", status=Status.PARTIAL),
        group("regions", "paris", "oslo", position=2),
    )
    return Board(at=at, groups=groups, components=components, weights=WEIGHTS, zone="Europe/Berlin")


def situation(at=NOON, *incidents, **more):
    some = incidents or (maintenance(), problem(), past())
    return Situation(
        board=more.get("board", board(at)),
        recent=tuple(some),
        listed=tuple(entry_of(one) for one in some),
    )


def town(now=None, written_at=NOON, **more):
    """Return the company of support.py with a situation."""
    picture = company(written_at=written_at, **more)
    return replace(picture, situation=now or situation(written_at))


def crowd(count=500, open_incidents=20, at=NOON):
    """Return a situation of many components with uneven histories and many open incidents."""
    kinds = (Status.DEGRADED, Status.PARTIAL, Status.MAJOR, Status.MAINTENANCE)
    groups, components = [], []
    for g in range(count // 10):
        names = [f"c{g}n{n}" for n in range(10)]
        hurt = g < open_incidents
        for n, name in enumerate(names):
            seed = g * 10 + n
            bad = [((seed * 7 + k * 13) % 90, kinds[(seed + k) % 4], 60 * (1 + seed % 50))
                   for k in range(seed % 4)]  # fmt: skip
            state = Status.PARTIAL if hurt and n == 0 else Status.OPERATIONAL
            components.append(component(name, state, group=f"g{g}", bad=bad))
        state = Status.PARTIAL if hurt else Status.OPERATIONAL
        groups.append(group(f"g{g}", *names, status=state))
    problems = [
        incident(f"Problem {n} with requests", components=(uid(f"c{n}n0"),),
                 next_due_at=at + timedelta(minutes=30 + n), uid=f"problem{n:05d}")
        for n in range(open_incidents)
    ]  # fmt: skip
    whole = Board(at=at, groups=tuple(groups), components=tuple(components),
                  weights=WEIGHTS, zone="Europe/Berlin")  # fmt: skip
    return situation(at, *problems, board=whole)


def instant(text):
    return datetime.fromisoformat(text)
