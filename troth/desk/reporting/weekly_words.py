"""The weekly audit in words."""

from collections.abc import Iterable, Sequence

from troth.desk import fading
from troth.desk.reporting import weekly_pictures
from troth.desk.reporting.sections import (
    Cell,
    Figures,
    Section,
    Table,
    counted,
    day,
    signed,
    table,
)
from troth.promises.rules.results import Verdict
from troth.promises.scoring.constants import OTHER
from troth.ui import verdicts, words


def sections(content: Figures) -> list[Section]:
    """Return the audit: what it comes to, all trifles ranked, and one section a pillar."""
    pillars = content["pillars"]
    shown = [one for one in pillars if one["key"] != OTHER or _anything(one)]
    drawn = weekly_pictures.pictures_of(content)
    whole = Section("whole", "", tuple(_whole(content)), tuple(_ranked(pillars)), drawn)
    return [whole, *map(_pillar, shown)]


def _ranked(pillars: Sequence[Figures]) -> list[Table]:
    """Return the trifles of all pillars by what they add up to; those that were told of apart."""
    rows = [(one["name"], row) for one in pillars for row in one["trifles"]]
    rows.sort(key=lambda pair: -pair[1]["loss"])
    columns = ("Where", "Cases beyond what was said", "Of", "On so many days")
    parts = (
        ("What nobody was told of, by what it adds up to", False),
        ("Trifles of which an alarm told", True),
    )
    return [
        each
        for heading, told in parts
        for each in table(
            heading, columns, (_placed(*pair) for pair in rows if bool(pair[1]["told"]) is told)
        )
    ]


def _placed(pillar: str, row: Figures) -> list[Cell]:
    """Write a trifle with its pillar, where its table says whether it was told of."""
    return [Cell(row["name"], pillar), *_trifle(row)[1:-1]]


def _whole(content: Figures) -> Iterable[str]:
    score = content["score"]
    if score["value"] is None:
        yield "Not enough evidence for a score."
    else:
        change = ""
        if score["change"] is not None:
            change = f", {signed(score['change'])} in the week"
        yield (
            f"Score {words.number(score['value'], 1)} of 100, 90 % interval "
            f"{words.number(score['low'], 1)} to {words.number(score['high'], 1)}{change}."
        )
    yield ", ".join(
        counted(sum(len(one[name]) for one in content["pillars"]), single, many)
        for name, single, many in (
            ("cracks", "hairline crack", "hairline cracks"), ("trifles", "trifle", "trifles"),
            ("blind_spots", "blind spot", "blind spots"), ("wins", "small win", "small wins"),
        )
    ) + "."  # fmt: skip


def _anything(one: Figures) -> bool:
    return any(one[name] for name in ("promises", "cracks", "trifles", "blind_spots", "wins"))


def _pillar(one: Figures) -> Section:
    texts = [] if one["key"] == OTHER else [_points(one)]
    if not one["cracks"] and one["promises"]:
        texts.append("No hairline crack.")
    return Section(one["key"], one["name"], tuple(texts), tuple(_tables(one)))


def _points(one: Figures) -> str:
    if not one["promises"]:
        return "Nothing is promised in it."
    if one["points"] is None:
        return "Not enough evidence for points."
    change = f", {signed(one['change'])} in the week" if one["change"] is not None else ""
    low, high = words.number(one["low"], 1), words.number(one["high"], 1)
    return f"{words.number(one['points'], 1)} points ({low} to {high}){change}."


def _tables(one: Figures) -> list[Table]:
    return [
        *table("Promises", ("Promise", "Verdict", "The week before", "Kept", "Target"),
               map(_promise, one["promises"])),
        *table("Hairline cracks", ("Where", "What", "Since", "Told"), map(_crack, one["cracks"])),
        *table("Trifles that came back", ("Where", "Cases beyond what was said", "Of",
               "On so many days", "Told by an alarm"), map(_trifle, one["trifles"])),
        *table("Blind spots", ("Touchpoint", "Why", "Last heard"), map(_blind, one["blind_spots"])),
        *table("Small wins", ("What", "How", "When"), map(_win, one["wins"])),
    ]  # fmt: skip


def _promise(row: Figures) -> list[Cell]:
    low, high = row["low"], row["high"]
    kept = f"{words.amount(row['good'], timed=row['timed'])} of " + words.amount(
        row["total"], timed=row["timed"]
    )
    around = f"{kept}, {words.interval(low, high)}" if low is not None else kept
    return [
        Cell(row["name"], row["window"]),
        _verdict(row["verdict"]),
        _verdict(row["verdict_before"]),
        Cell(str(words.share(row["share"])), str(around)),
        Cell(words.target(row["target"])),
    ]


def _verdict(value: str) -> Cell:
    if not value:
        return Cell(words.NOTHING)
    return Cell(verdicts.word(Verdict(value)), verdict=value)


def _crack(row: Figures) -> list[Cell]:
    over = f"over {day(row['closed_on'])}" if row["closed_on"] else ""
    return [
        Cell(row["title"], fading.KINDS.get(str(row["kind"]), "")),
        Cell(row["text"], over),
        Cell(day(row["since"])),
        Cell(day(row["told_on"])),
    ]


def _trifle(row: Figures) -> list[Cell]:
    return [
        Cell(row["name"]),
        Cell(words.number(row["cases"], 1)),
        Cell(words.number(row["volume"])),
        Cell(str(row["days"])),
        Cell("yes" if row["told"] else "no"),
    ]


def _blind(row: Figures) -> list[Cell]:
    return [Cell(row["touchpoint"], row["step"]), Cell(row["why"]), Cell(day(row["last"]))]


def _win(row: Figures) -> list[Cell]:
    return [Cell(row["name"]), Cell(row["text"]), Cell(day(row["at"]))]
