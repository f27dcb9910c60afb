"""The score in words: never a number without its interval, and none without enough evidence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troth.page.edition import Edition
from troth.page.tongue import name_of
from troth.promises.scoring.stored import PublishedScore, StoredScore
from troth.ui import charts, words

JUST_AS_PROMISED = 80
_FEWEST_DAYS = 8  # stored days that make a line


@dataclass(frozen=True, slots=True)
class PillarLine:
    name: str
    points: str
    interval: str
    promises: str


@dataclass(frozen=True, slots=True)
class Trusted:
    """`figure` and `interval` are "" where there is no number; `missing` says why then."""

    day: date
    figure: str
    interval: str
    evidence: str
    missing: str
    change: str
    drivers: tuple[str, ...]
    pillars: tuple[PillarLine, ...]
    presumed: str  # how what lacks evidence is counted
    felt: str
    events: tuple[str, ...]
    chart: SafeString | None
    method: str  # where all of this is explained


def trusted(edition: Edition) -> Trusted | None:
    """Return the score in the language now active; None where nothing was judged yet."""
    found = edition.picture.score
    if found is None or found.score.grade == "nothing":
        return None
    held = found.score
    shown = held.value is not None
    return Trusted(
        day=held.day,
        figure=words.number(held.value) if shown else "",
        interval=_between(held.low, held.high) if shown else "",
        evidence=_evidence(held),
        missing="" if shown else _missing(held),
        change=_change(held) if shown else "",
        drivers=tuple(_drivers(edition, held)) if shown else (),
        pillars=tuple(_pillar(each, shown=shown) for each in held.detail["pillars"]),
        presumed=_presumed(held) if shown else "",
        felt=_felt(held),
        events=tuple(_events(found)),
        chart=_chart(found),
        method=edition.path("method/"),
    )


def pillar_name(key: str) -> str:
    """Return the name of a pillar in the language now active."""
    return {
        "quality": _("Quality"),
        "communication": _("Transparent communication"),
        "customers": _("Real customers"),
        "data-protection": _("Data protection"),
        "team": _("Empowered team"),
        "feedback": _("Feedback"),
    }.get(key, _("Not in a pillar"))


def _between(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return words.NOTHING
    return f"{words.number(low)}{words.NOTHING}{words.number(high)}"


def _evidence(held: StoredScore) -> str:
    cases = int(held.detail["effective"])
    worth = ngettext(
        "evidence worth %(n)s case of today", "evidence worth %(n)s cases of today", cases
    ) % {"n": words.number(cases)}
    grade = {"strong": _("strong"), "fair": _("fair"), "thin": _("thin")}.get(held.grade, "")
    return f"{grade}: {worth}" if grade else worth


def _missing(held: StoredScore) -> str:
    return _("There is no number: only %(cover)s of it would rest on enough evidence.") % {
        "cover": words.share(held.detail["cover"], 0)
    }


def _change(held: StoredScore) -> str:
    moved = held.detail["drivers"]
    if not moved or abs(moved["change"]) < 0.5:  # noqa: PLR2004 - what rounds to nothing
        return _("Hardly changed in four weeks.") if moved else ""
    amount = words.number(abs(moved["change"]), 1)
    if moved["change"] > 0:
        text = _("%(n)s points more than %(days)s days ago.")
    else:
        text = _("%(n)s points less than %(days)s days ago.")
    return text % {"n": amount, "days": words.number(moved["days"])}


def _drivers(edition: Edition, held: StoredScore) -> Iterator[str]:
    """Say what moved it, the strongest first: a promise, by how much, and why."""
    names = {shown.slug: name_of(shown) for shown in edition.picture.promises}
    for each in (held.detail["drivers"] or {}).get("promises", ()):
        sign = "+" if each["points"] > 0 else words.MINUS
        amount = f"{sign}{words.number(abs(each['points']), 1)}"
        name = names.get(each["slug"], each["name"])
        yield f"{name}: {amount}. {_why(each)}"


def _why(each: Mapping[str, Any]) -> str:
    cause, rose = each["cause"], each["points"] > 0
    if cause == "rate" and each["before"] is not None and each["after"] is not None:
        said = _("Kept more often, %(after)s after %(before)s.") if rose else _(
            "Kept less often, %(after)s after %(before)s."
        )  # fmt: skip
        return said % {name: words.share(each[name]) for name in ("before", "after")}
    return {
        "rate": _("It was broken."),
        "evidence": _("More is known of it.") if rose else _("Less is known of it."),
        "target": _("Something else is promised."),
        "forgiven": _("What went wrong lies longer ago."),
        "joined": _("New in the score."),
        "left": _("No longer in the score."),
        "recounted": _("Counted again."),
    }.get(cause, _("It counts for more or less beside the others."))


def _pillar(each: Mapping[str, Any], *, shown: bool) -> PillarLine:
    known = shown and each["points"] is not None and each["enough"]
    count = each["promises"]
    promises = ngettext("%(n)s promise", "%(n)s promises", count) % {"n": words.number(count)}
    points = _("not enough evidence") if each["points"] is not None else words.NOTHING
    return PillarLine(
        name=pillar_name(each["key"]),
        points=words.number(each["points"]) if known else points,
        interval=_between(*each["band"]) if known else "",
        promises=promises if count else _("nothing promised or judged"),
    )


def _presumed(held: StoredScore) -> str:
    """Say how pillars without enough evidence are counted, where there are some."""
    if all(each["enough"] or each["points"] is None for each in held.detail["pillars"]):
        return ""
    return _("What lacks evidence counts as worse than promised, until we know better.")


def _felt(held: StoredScore) -> str:
    """Say what people feel, beside what is measured: with how many said so, and the difference."""
    felt = held.detail["felt"]
    if not felt:
        return ""
    if felt["value"] is None:
        return _("What people feel: too few answers for a number.")
    said = ngettext(
        "What people feel: %(value)s (90 %% interval %(interval)s, %(n)s answer).",
        "What people feel: %(value)s (90 %% interval %(interval)s, %(n)s answers).",
        felt["n"],
    ) % {
        "value": words.number(felt["value"]),
        "interval": _between(felt["low"], felt["high"]),
        "n": words.number(felt["n"]),
    }
    if held.value is None:
        return said
    gap = held.value - felt["value"]
    sign = "+" if gap > 0 else words.MINUS
    more = _("Measured less felt: %(gap)s points.") % {"gap": f"{sign}{words.number(abs(gap))}"}
    return f"{said} {more}"


def _events(found: PublishedScore) -> Iterator[str]:
    """Say which deceptions weigh on it now."""
    for row in found.events:
        if row.withdrawn_at is None and row.counts_from <= found.score.day:
            yield f"{words.day(row.happened_on)}: {row.summary}"


def _chart(found: PublishedScore) -> SafeString | None:
    numbers: Sequence[StoredScore] = [day for day in found.days if day.value is not None]
    if len(numbers) < _FEWEST_DAYS:
        return None
    points = [charts.Point(day.day, day.value, day.low, day.high) for day in found.days]
    steps = [charts.Step(found.days[0].day, float(JUST_AS_PROMISED))]
    return charts.line(
        points, label=_("The score of each day."), target=steps, unit=_("points"),
        dashed=_("dashed: just as promised"),
    )  # fmt: skip
