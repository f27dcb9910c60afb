"""`troth apply`, `troth export` and `troth judge`."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import yaml

from troth.core import clock
from troth.promises import actions, exporting, queries, tables
from troth.promises.actions import filing
from troth.promises.actions.filing import Plan
from troth.promises.rules import files
from troth.promises.rules.fields import nearest
from troth.promises.rules.terms import DocumentError
from troth.signals import queries as signals

_PATH = click.Path(exists=True, path_type=Path)
_SUFFIXES = (".yaml", ".yml", ".json")


class Instant(click.ParamType[datetime]):
    """An instant with its offset, or a date: its first moment in UTC."""

    name = "instant"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"“{value}” is no instant; write 2026-01-31 or 2026-01-31T18:00+01:00")
        if len(value) > len("2026-01-31") and found.tzinfo is None:
            self.fail(f"“{value}” needs its offset: end it in Z or for example +01:00", param, ctx)
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)


@click.command("apply")
@click.option("-f", "paths", multiple=True, required=True, type=_PATH, help="File or folder.")
@click.option("--prune", is_flag=True, help="Retire what files manage and these do not hold.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Show the plan and stop.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON; implies --yes.")
def apply_(paths: tuple[Path, ...], **options: Any) -> int:  # noqa: ANN401 - click's
    r"""Declare promises, metrics, calendars and exclusions from files.

    Shows first what would change, then asks, then does all of it or nothing. Nothing is ever
    deleted: a promise that leaves the files is retired by --prune, and its history stays.

    \b
    troth apply -f promises/ --dry-run
    troth apply -f promises/ --prune --yes
    """
    try:
        folder = files.load(_texts(paths))
        plan = filing.plan(folder=folder, prune=options["prune"])
        _show(plan, as_json=options["as_json"])
        done = _carried_out(plan, options)
    except DocumentError as error:
        return _refused(error, as_json=options["as_json"])
    if options["as_json"]:
        _tell({"steps": _told(plan), "remarks": plan.remarks, "applied": done})
    elif done:
        click.echo(f"Applied: {_things(done)}.")
    return 0


def _carried_out(plan: Plan, options: dict[str, Any]) -> int:
    if not plan.writes or options["dry_run"]:
        return 0
    if not (options["yes"] or options["as_json"]):
        click.confirm("Apply this?", abort=True)
    return filing.carry_out(plan=plan, author="apply", now=clock.now())


def _texts(paths: Sequence[Path]) -> Iterator[tuple[str, str]]:
    for path in paths:
        inside = sorted(p for p in path.rglob("*") if p.suffix in _SUFFIXES)
        for file in inside if path.is_dir() else [path]:
            try:
                yield str(file), file.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                raise click.ClickException(f"{file} is not written in UTF-8") from None


def _refused(error: DocumentError, *, as_json: bool) -> int:
    if as_json:
        _tell({"problems": [{"field": p.field, "message": p.message} for p in error.problems]})
    else:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        click.echo(f"Nothing was changed: {_things(len(error.problems), 'problem')}.", err=True)
    return 1


_MARKS = {"create": "+", "change": "~", "retire": "-", "withdraw": "-"}


def _show(plan: Plan, *, as_json: bool) -> None:
    if as_json:
        return
    for remark in plan.remarks:
        click.echo(f"  note: {remark}")
    for step in plan.writes:
        fields = f": {', '.join(step.fields)}" if step.fields else ""
        click.echo(f"  {_MARKS[step.verb]} {step.verb} {step.kind} {step.name}{fields}")
    same = len(plan.steps) - len(plan.writes)
    click.echo(f"{_things(len(plan.writes), 'change')}, {same} as they are.")


def _told(plan: Plan) -> list[dict[str, object]]:
    return [
        {"verb": s.verb, "kind": s.kind, "name": s.name, "fields": s.fields} for s in plan.steps
    ]


def _things(count: int, word: str = "thing") -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _tell(answer: object) -> None:
    click.echo(json.dumps(answer, indent=2, ensure_ascii=False, default=str))


@click.command("export")
@click.option("-o", "folder", type=click.Path(file_okay=False, path_type=Path), help="Folder.")
@click.option("--openslo", "as_openslo", is_flag=True, help="Write promises as OpenSLO v1.")
def export(folder: Path | None, as_openslo: bool) -> None:  # noqa: FBT001 - click's
    r"""Write what is declared to files, as apply takes them.

    One file each into the folder, or all to the output.

    \b
    troth export -o promises/
    troth export --openslo
    """
    documents = list(exporting.documents(as_openslo=as_openslo))
    if folder is None:
        click.echo(
            yaml.safe_dump_all([d for _, d in documents], sort_keys=False, allow_unicode=True)
        )
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in documents:
        text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    click.echo(f"{_things(len(documents), 'file')} in {folder}")


@click.command("judge")
@click.option("--promise", "slugs", multiple=True, help="Only this promise; may be repeated.")
@click.option("--at", type=Instant(), help="The instant to judge at; now by default.")
@click.option("--as-of", "as_of", type=Instant(), help="With what had been recorded by then.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def judge(
    slugs: tuple[str, ...], at: datetime | None, as_of: datetime | None,
    as_json: bool,  # noqa: FBT001 - click's
) -> int:  # fmt: skip
    r"""Say which promises are kept.

    It takes in what waits, counts, judges and shows a table.

    \b
    troth judge
    troth judge --promise street-lights --at 2016-01-13T00:00:00-05:00 --json
    """
    _known(slugs)
    now = clock.now()
    actions.bring_up_to_date(now=now)
    _warn_about(as_of)
    opinions = queries.judged(list(slugs) or None, at=at, as_of=as_of)
    if as_json:
        _tell(tables.told(opinions))
    elif opinions:
        tables.show(opinions)
    else:
        click.echo("There are no promises yet. Declare some: troth apply -f FOLDER")
    return 0


def _known(slugs: Sequence[str]) -> None:
    names = [promise.slug for promise in queries.promises()]
    for slug in slugs:
        if slug not in names:
            hint = nearest(slug, names)
            raise click.UsageError(f"there is no promise “{slug}”{hint}")


def _warn_about(as_of: datetime | None) -> None:
    extent = signals.store().extent()
    if as_of is None or (extent is not None and as_of > extent.recorded.start):
        return
    first = (
        f"The first signal was recorded {extent.recorded.start:%Y-%m-%d %H:%M}Z. " if extent else ""
    )
    click.echo(
        f"Nothing had been recorded by {as_of:%Y-%m-%d %H:%M}Z. {first}"
        "To judge an earlier instant with what is known now, use --at.",
        err=True,
    )


commands = [apply_, export, judge]
