"""`troth outcomes`."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click
from django.conf import settings
from tabulate import tabulate

from troth.core import clock, moments, windows
from troth.core.windows import Span
from troth.metrics import queries, reporting
from troth.metrics.outcomes import telling
from troth.metrics.outcomes.results import Outcome
from troth.metrics.rules import MeasureError

_SPAN = "write 2026, 2026-03, 2026-01-01..2026-03-31 (both days included) or 90d"


class Days(click.ParamType[Span]):
    """A year, a month, two days with .. between them, two instants, or the last so many days."""

    name = "span"

    def convert(
        self, value: str | Span, param: click.Parameter | None, ctx: click.Context | None
    ) -> Span:
        if isinstance(value, Span):
            return value
        try:
            found = span_of(value, ZoneInfo(settings.TIME_ZONE))
        except ValueError:
            self.fail(f"“{value}” is no span; {_SPAN}", param, ctx)
        if found.end <= found.start:
            self.fail("a span ends after it starts", param, ctx)
        return found


def span_of(text: str, zone: ZoneInfo) -> Span:
    """Return the span that a text names, in days of `zone`. Raises ValueError."""
    first, dots, last = (part.strip() for part in text.partition(".."))
    if dots:
        return Span(_edge(first, zone, ends=False), _edge(last, zone, ends=True))
    if text.endswith("d"):
        until = clock.now()
        return Span(until - timedelta(seconds=windows.parse_duration(text)), until)
    return Span(_edge(text, zone, ends=False), _edge(text, zone, ends=True))


_MONTH, _YEAR = len("2026-03"), len("2026")


def _edge(text: str, zone: ZoneInfo, *, ends: bool) -> datetime:
    """Return the instant at which a year, a month, a day or an instant begins or is over."""
    if len(text) == _YEAR:
        return windows.midnight(date(int(text) + ends, 1, 1), zone)
    if len(text) == _MONTH:
        first = date.fromisoformat(f"{text}-01")
        after = (first + timedelta(days=31)).replace(day=1)
        return windows.midnight(after if ends else first, zone)
    if len(text) == len("2026-03-01"):
        return windows.midnight(date.fromisoformat(text) + timedelta(days=ends), zone)
    return moments.instant(text)


class When(click.ParamType[datetime]):
    name = "instant"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            return moments.instant(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command("outcomes")
@click.argument("name", required=False)
@click.option("--span", type=Days(), help="2026, 2026-03, 2026-01-01..2026-03-31 or 90d (usual).")
@click.option("--by", help="One figure for each value of this attribute of the segment.")
@click.option("--where", "segment", multiple=True, help="Only this segment, as country=DE.")
@click.option("--at", type=When(), help="The instant that asks; now by default.")
@click.option("--as-of", type=When(), help="With what had been recorded by then.")
@click.option("--report", "reason", help="Write the figures down as reported, and for what.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Answer in CSV, parts included.")
def outcomes(name: str | None, **options: Any) -> int:  # noqa: ANN401 - click's
    r"""Say what became of customers.

    Without a name: every outcome of which there are signals. Below its least number of cases an
    outcome shows counts and no rate. Days are those of TIME_ZONE. Without a span, what cannot be
    told from 90 days (lifetime value, retention) reads months of history.

    \b
    troth outcomes --span 2026-03
    troth outcomes nps --span 2026-01-01..2026-03-31 --by country
    troth outcomes churn_contract --span 2026 --where plan=pro --json
    """
    try:
        found = _found(name, options)
    except (queries.OutcomeError, MeasureError) as error:
        raise click.UsageError(str(error)) from None
    for outcome in found if options["reason"] else ():
        reporting.report(outcome=outcome, reason=options["reason"][:100])
    if options["as_json"]:
        told = [telling.as_json(outcome) for outcome in found]
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    elif options["as_csv"]:
        click.echo(telling.as_csv(found), nl=False)
    else:
        _show(found, whole=name is not None and len(found) == 1)
    return 0


def _found(name: str | None, options: dict[str, Any]) -> list[Outcome]:
    until = options["at"] or clock.now()
    asked: dict[str, Any] = {
        "segment": _segment(options["segment"]), "at": options["at"], "as_of": options["as_of"],
    }  # fmt: skip
    names = [name] if name else [one.name for one in queries.outcomes_with_data()]
    zone = ZoneInfo(settings.TIME_ZONE)
    spans = {each: options["span"] or queries.outcome_span(each, until, zone) for each in names}
    if options["by"]:
        return [one for each in names for one in
                queries.outcomes_by(each, by=options["by"], span=spans[each], **asked)]  # fmt: skip
    found = [queries.outcome(each, span=spans[each], **asked) for each in names]
    return found if name else [one for one in found if not one.is_idle]


def _segment(pairs: Sequence[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign:
            raise click.UsageError(f"“{pair}” is no segment; write for example country=DE")
        found[name.strip()] = value
    return found


def _show(found: Sequence[Outcome], *, whole: bool) -> None:
    if not found:
        click.echo("There are no signals of any outcome yet. What each reads: docs/outcomes.md")
        return
    rows = [
        (one.name, ", ".join(one.segment.values()), telling.words(one),
         telling.interval(one.low, one.high, one.unit), one.n)
        for one in found
    ]  # fmt: skip
    heads = ("outcome", "segment", "figure", "95 %", "n")
    kept = [n for n in range(len(heads)) if heads[n] != "segment" or any(row[1] for row in rows)]
    told = [[row[n] for n in kept] for row in rows]
    click.echo(tabulate(told, headers=[heads[n] for n in kept], disable_numparse=True))
    if whole:
        _explain(found[0])


def _explain(one: Outcome) -> None:
    click.echo(f"\n{one.title}. {one.doc}")
    click.echo(f"{one.numerator:,.6g} of {one.denominator:,.6g}; least n {one.minimum_n}; "
               f"definition {one.definition_version}")  # fmt: skip
    for reason, count in one.excluded.items():
        click.echo(f"left out, {reason}: {count}")
    rows = [
        (part.name, telling.number(part.figure.value, part.unit) or "not enough",
         telling.interval(part.figure.low, part.figure.high, part.unit), part.figure.n)
        for part in one.parts
    ]  # fmt: skip
    rows += [(f"{curve.name} after {point.x:g}", telling.number(point.value, "share"),
              telling.interval(point.low, point.high, "share"), point.n)
             for curve in one.curves[:1] for point in curve.points[:24]]  # fmt: skip
    if rows:
        click.echo(tabulate(rows, tablefmt="plain", disable_numparse=True))
    for fact, value in one.facts.items():
        click.echo(f"{fact}: {value:.6g}" if isinstance(value, float) else f"{fact}: {value}")


commands = [outcomes]
