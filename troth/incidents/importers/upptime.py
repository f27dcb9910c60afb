"""An Upptime repository: history/*.yml, its summary, and the checks that its git log holds."""

import csv
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml

from troth.components.rules.results import Status
from troth.incidents.importing import reading
from troth.incidents.importing.declaring import slug_of
from troth.incidents.importing.flagging import shown
from troth.incidents.importing.told import (
    Found,
    Importer,
    Part,
    Refused,
    Said,
    Table,
    Told,
    Unreadable,
)
from troth.incidents.rules.results import Impact, State
from troth.signals.envelope import Signal

_SUBJECT = re.compile(r"^\S+ (?P<site>.+) is (?P<word>up|down|degraded)\S* \((?P<code>\d+) in "
                      r"(?P<ms>\d+) ?ms\)")  # fmt: skip
_DAY = timedelta(days=1)
_COLUMNS = {"committed_at", "site", "status", "http_code", "response_ms"}
_HEAD = ("site", "uptime it published", "from its minutes", "minutes down", "minutes by checks")


@dataclass(frozen=True, slots=True)
class Check:
    at: datetime
    site: str
    status: str  # up, down or degraded
    code: str
    ms: str
    commit: str


@dataclass(frozen=True, slots=True)
class Site:
    """`days`: what the repository published, UTC day → minutes down."""

    slug: str
    name: str
    url: str
    since: datetime
    checked_at: datetime
    uptime: str
    days: Mapping[str, int]


Span = tuple[datetime, datetime | None]


def read(path: Path) -> Found:
    """Read a repository, or a folder with it in `tree` and its checks beside as a CSV file.

    An incident is a time that its summary counts as down, to the second by the checks. What the
    checks alone tell is kept as signals and flagged.
    """
    tree = path / "tree" if (path / "tree/history").is_dir() else path
    refused: list[Refused] = []
    sites = list(_sites(tree, refused))
    source = f"upptime:{_owner(tree, path)}"
    checks, odd = _checks(path, tree)
    spans = _spans(checks, sites)
    told: list[Told] = []
    notes = [*odd, *_strangers(checks, sites)]
    for site in sites:
        told += _incidents(site, spans[site.slug])
        notes += _unpublished(site, spans[site.slug])
    parts = tuple(
        Part(key=site.slug, name=site.name, description=site.url, position=place,
             start=site.since.date())
        for place, site in enumerate(sites, 1)
    )  # fmt: skip
    return Found(
        source=source, told=tuple(told), parts=parts, notes=tuple(notes), refused=tuple(refused),
        signals=tuple(_signals(source, checks, sites)),
        tables=(_table(sites, spans, _until(sites)),),
    )  # fmt: skip


def _sites(tree: Path, refused: list[Refused]) -> Iterator[Site]:
    """Yield the sites of the summary; one of which too little is known is refused, not the rest."""
    file = tree / "history/summary.json"
    if not file.is_file():
        raise Unreadable(f"{tree} holds no history/summary.json; name an Upptime repository.")
    for row in reading.objects(reading.data(file)):
        try:
            yield _site(tree, row)
        except (KeyError, AttributeError, ValueError, yaml.YAMLError) as error:
            why = f"it says no {error}" if isinstance(error, KeyError) else str(error)
            slug, name = reading.string(row, "slug"), reading.string(row, "name")
            refused.append(Refused(source_id=slug, name=name, why=why))


def _site(tree: Path, row: Mapping[str, Any]) -> Site:
    slug = str(row["slug"])
    own = _history(tree / f"history/{slug}.yml")
    since, checked = (reading.instant(own.get(n)) for n in ("startTime", "lastUpdated"))
    if since is None or checked is None:
        raise ValueError(f"history/{slug}.yml says no startTime or lastUpdated")
    # The first versions of 2020 counted no minutes.
    days = {str(day): int(minutes) for day, minutes in (row.get("dailyMinutesDown") or {}).items()}
    return Site(slug, str(row["name"]), str(row.get("url", "")), since, checked,
                reading.string(row, "uptime"), days)  # fmt: skip


def _history(file: Path) -> dict[str, Any]:
    if not file.is_file():
        raise ValueError(f"history/{file.name} is not there")
    found = yaml.safe_load(reading.text(file))
    return found if isinstance(found, dict) else {}


def _owner(tree: Path, path: Path) -> str:
    """Return what tells this repository from another: its owner/repo, or the folder's name."""
    for name in (".upptimerc.yml", ".upptimerc.yaml"):
        if (tree / name).is_file():
            config = yaml.safe_load(reading.text(tree / name)) or {}
            return f"{config.get('owner', '')}/{config.get('repo', '')}"
    return path.resolve().name


def _checks(path: Path, tree: Path) -> tuple[list[Check], list[str]]:
    """Return the checks in the order of time, and what could not be read of them."""
    for file in (*sorted(path.glob("*.csv")), *sorted(path.glob("*.csv.gz"))):
        rows = csv.DictReader(reading.text(file).splitlines())
        if set(rows.fieldnames or ()) >= _COLUMNS:
            return _in_order(_of_row(row) for row in rows), []
    if (tree / ".git").exists():
        return _of_log(tree)
    return [], ["there is no git log and no file of checks: times of day are not known"]


def _of_row(row: Mapping[str, str]) -> Check:
    at = reading.instant(row["committed_at"])
    if at is None:
        raise Unreadable("a check has no instant")
    return Check(at, row["site"], row["status"], row["http_code"], row["response_ms"],
                 row.get("commit", ""))  # fmt: skip


def _of_log(tree: Path) -> tuple[list[Check], list[str]]:
    git = shutil.which("git")
    if git is None:
        return [], ["git is not installed: its checks could not be read"]
    done = subprocess.run(  # noqa: S603 - a fixed command on a folder that was named
        [git, "-C", str(tree), "log", "--format=%h%x09%cI%x09%s", "--", "history"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = []
    for line in done.stdout.splitlines():
        commit, at, subject = line.split("\t", 2)
        parts = _SUBJECT.match(subject)
        if parts:
            row = {"committed_at": at, "site": parts["site"], "status": parts["word"],
                   "http_code": parts["code"], "response_ms": parts["ms"],
                   "commit": commit}  # fmt: skip
            found.append(_of_row(row))
    return _in_order(found), []


def _in_order(checks: Iterable[Check]) -> list[Check]:
    return sorted(checks, key=lambda one: one.at)


def _site_of(check: Check, sites: Sequence[Site]) -> Site | None:
    """Return the site by its name; what once had another name is another site's checks."""
    return next((site for site in sites if site.name == check.site), None)


def _spans(checks: Sequence[Check], sites: Sequence[Site]) -> dict[str, list[Span]]:
    """Return [down, up again) of each site: from the first check that fails to one that does not.

    Seconds are whole, as commits have them.
    """
    found: dict[str, list[Span]] = defaultdict(list)
    since: dict[str, datetime] = {}
    for check in checks:
        site = _site_of(check, sites)
        if site is None:
            continue
        if check.status == "down":
            since.setdefault(site.slug, check.at)
        elif site.slug in since:
            found[site.slug].append((since.pop(site.slug), check.at))
    for slug, at in since.items():
        found[slug].append((at, None))
    return found


def _incidents(site: Site, spans: Sequence[Span]) -> Iterator[Told]:
    left = dict(site.days)
    for since, until in spans:
        days = [day for day in left if _lies_on(day, since, until)]
        if not days:
            continue
        for day in days:
            del left[day]
        yield _incident(site, since, until, ())
    for day, minutes in sorted(left.items()):
        since = datetime.combine(datetime.fromisoformat(day), time(), UTC)
        flag = f"only the day is known: {minutes:,} minutes on {day} are put at its beginning"
        yield _incident(site, since, since + timedelta(minutes=minutes), (flag,))


def _lies_on(day: str, since: datetime, until: datetime | None) -> bool:
    begin = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return since < begin + _DAY and (until is None or until > begin)


def _incident(site: Site, since: datetime, until: datetime | None, flags: tuple[str, ...]) -> Told:
    impacts = {site.slug: Status.MAJOR}
    said = [Said(at=since, state=State.INVESTIGATING, impacts=impacts,
                 body=f"{site.url} did not answer as it should.")]  # fmt: skip
    if until is not None:
        said.append(Said(at=until, state=State.RESOLVED, body=f"{site.url} answers again."))
    return Told(
        source_id=f"{site.slug}/{since.isoformat()}", name=f"{site.name} is down",
        said=tuple(said), started_at=since, ended_at=until, impact=Impact.CRITICAL,
        created_at=since, flags=flags,
    )  # fmt: skip


def _unpublished(site: Site, spans: Sequence[Span]) -> Iterator[str]:
    for since, until in spans:
        if not any(_lies_on(day, since, until) for day in site.days):
            end = shown(until) if until else "the end of its log"
            yield (
                f"{site.name}: its checks say down from {shown(since)} to {end}, its own summary "
                "does not; kept as signals"
            )


def _strangers(checks: Sequence[Check], sites: Sequence[Site]) -> Iterator[str]:
    counts: dict[str, int] = defaultdict(int)
    for check in checks:
        if _site_of(check, sites) is None:
            counts[check.site] += 1
    for name, count in sorted(counts.items()):
        yield f"unknown component: {name}, with {count:,} checks; kept as signals"


def _signals(source: str, checks: Sequence[Check], sites: Sequence[Site]) -> Iterator[Signal]:
    """Yield each check, and each day of the summary, under ids that stay the same."""
    seen: dict[tuple[str, datetime], int] = defaultdict(int)
    for check in checks:
        site = _site_of(check, sites)
        slug = site.slug if site else slug_of(check.site)
        seen[check.site, check.at] += 1
        key = f"{slug_of(check.site)}/{check.at.isoformat()}/{seen[check.site, check.at]}"
        yield Signal(
            source=source, kind="check", happened_at=check.at, key=key, id=key, touchpoint=slug,
            outcome=check.status, value=float(check.ms or 0), unit="ms",
            segment={"site": check.site, "http_code": check.code or "0"},
        )  # fmt: skip
    for site in sites:
        for day, minutes in site.days.items():
            key = f"{site.slug}/{day}"
            at = datetime.fromisoformat(day).replace(tzinfo=UTC)
            yield Signal(
                source=source, kind="day.down", happened_at=at, key=key, id=f"{key}/{minutes}",
                touchpoint=site.slug, outcome="down", value=float(minutes), unit="min",
            )  # fmt: skip


def _until(sites: Sequence[Site]) -> datetime:
    """Return when the summary was written: at the latest check, or later by its own minutes."""
    ends = [site.checked_at for site in sites]
    for site in sites:
        for day, minutes in site.days.items():
            begin = datetime.fromisoformat(day).replace(tzinfo=UTC)
            ends.append(begin + timedelta(minutes=minutes))
    return max(ends)


def _table(sites: Sequence[Site], spans: Mapping[str, Sequence[Span]], until: datetime) -> Table:
    rows = []
    for site in sites:
        minutes = sum(site.days.values())
        whole = (until - site.since).total_seconds() / 60
        seen = sum(((end or until) - begin).total_seconds() for begin, end in spans[site.slug])
        share = 100 * (1 - minutes / whole)
        rows.append((site.name, site.uptime, f"{share:.2f}%", f"{minutes:,}",
                     f"{seen / 60:,.1f}"))  # fmt: skip
    return Table(title=f"Since each site's beginning, until {shown(until)}:", head=_HEAD,
                 rows=tuple(rows))  # fmt: skip


importer = Importer(
    label="An Upptime repository",
    takes="the repository's folder (a clone, or a copy of its files with the checks as a CSV file)",
    example="troth import upptime path/to/repository",
    read=read,
)
