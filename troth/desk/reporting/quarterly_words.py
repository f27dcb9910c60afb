"""The review of a quarter in words."""

from collections.abc import Iterable

from troth.desk.reporting import pictures
from troth.desk.reporting.monthly_words import figures_table
from troth.desk.reporting.pictures import Ranges
from troth.desk.reporting.sections import Cell, Figures, Section, counted, signed, table
from troth.ui import words
from troth.ui.charts import Range

_ANSWERS = {"met": "met", "missed": "missed", "open": "cannot be told"}


def sections(content: Figures) -> list[Section]:
    """Return the review of one account, or what all accounts have in common."""
    return _of_account(content) if content["about"] else _of_all(content)


def _of_account(content: Figures) -> list[Section]:
    lead = f"{counted(content['cases'], 'case', 'cases')} of what we promised in the quarter."
    told = figures_table(content["outcomes"], "The quarter before")
    nothing = () if told else ("Nothing was heard of this account that makes a figure.",)
    columns = ("Promise", "Kept", "Target", "Target met", "The quarter before", "Change")
    rows = table("", columns, map(_promise, content["promises"]))
    return [
        Section("whole", "", (lead, *_problems(content))),
        Section("promises", "Promises", _less(content), tuple(rows), _drawn(content)),
        Section("outcomes", "Outcomes", nothing, tuple(told)),
    ]


def _drawn(content: Figures) -> tuple[Ranges, ...]:
    """Return the promises as a picture, those furthest below their target first."""
    rows = sorted(content["promises"], key=lambda row: row["share"] - row["target"])
    return pictures.ranges(
        "What was kept, against what was promised",
        [Range(row["name"], row["share"], row["low"], row["high"], row["target"],
               row["share_before"]) for row in rows],
        "share", "dot: kept in the quarter", "bar: 95 % interval", "ring: the quarter before",
        "upright: what was promised",
    )  # fmt: skip


def _less(content: Figures) -> tuple[str, ...]:
    if len(content["promises"]) <= pictures.MOST:
        return ()
    return (f"Drawn are the {pictures.MOST} that are furthest below what was promised.",)


def _promise(row: Figures) -> list[Cell]:
    kept = f"{words.number(row['good'])} of {words.number(row['total'])}"
    before = f"of {words.number(row['total_before'])}" if row["total_before"] else ""
    return [
        Cell(row["name"]),
        Cell(words.share(row["share"]), f"{kept}, {words.interval(row['low'], row['high'])}"),
        Cell(words.target(row["target"])),
        Cell(_ANSWERS[row["answer"]]),
        Cell(words.share(row["share_before"]), before),
        _change(row["change"]),
    ]


def _change(change: Figures | None) -> Cell:
    if change is None:
        return Cell(words.NOTHING)
    low, high = change["low"] * 100, change["high"] * 100
    chance = ", may be chance" if low <= 0 <= high else ""
    return Cell(f"{signed(change['points'] * 100)} pp", f"{signed(low)} to {signed(high)}{chance}")


def _of_all(content: Figures) -> list[Section]:
    accounts = content["accounts"]
    lead = counted(len(accounts), "account has a review", "accounts have a review") + "."
    few, left = content["with_too_few"], content["left_out"]
    less = (
        f"Left out: {words.number(few)} with fewer than {content['enough']} cases, "
        f"{words.number(left - few)} because {len(accounts)} others had more."
        if left > few
        else f"Left out: {words.number(few)} with fewer than {content['enough']} cases."
    )
    columns = ("Account", "Cases", "Promises met", "Missed", "Cannot be told")
    rows = table("", columns, map(_account, accounts))
    texts = (lead, *([less] if content["left_out"] else []), *_problems(content))
    return [Section("whole", "", texts, tuple(rows))]


def _account(row: Figures) -> list[Cell]:
    answers = (Cell(str(row["answers"].get(name, 0))) for name in _ANSWERS)
    return [Cell(row["account"]), Cell(words.number(row["cases"])), *answers]


def _problems(content: Figures) -> Iterable[str]:
    return (f"Could not be split by {content['attribute']}: {one}." for one in content["problems"])
