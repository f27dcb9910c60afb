"""`troth apply`: configuration from files."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from troth.config.drawers import drawers
from troth.core import clock, documents, filing
from troth.core.filing import Plan
from troth.core.problems import DocumentError

_PATH = click.Path(exists=True, path_type=Path)
_SUFFIXES = (".yaml", ".yml", ".json")
_MARKS = {"create": "+", "change": "~", "retire": "-", "withdraw": "-"}


@click.command("apply")
@click.option("-f", "paths", multiple=True, required=True, type=_PATH, help="File or folder.")
@click.option("--prune", is_flag=True, help="Retire what files manage and these do not hold.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Show the plan and stop.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON; implies --yes.")
def apply_(paths: tuple[Path, ...], **options: Any) -> int:  # noqa: ANN401 - click's
    r"""Declare promises, components, monitors and the rest from files.

    Shows first what would change, then asks, then does all of it or nothing. Nothing is ever
    deleted: what leaves the files is retired by --prune, and its history stays.

    \b
    troth apply -f promises/ --dry-run
    troth apply -f promises/ -f status/ --prune --yes
    """
    open_drawers = list(drawers())
    try:
        folder = documents.load(_texts(paths), language=filing.language(open_drawers))
        plan = filing.plan(drawers=open_drawers, folder=folder, prune=options["prune"])
        _show(plan, as_json=options["as_json"])
        done = _carried_out(plan, options)
    except DocumentError as error:
        return _refused(error, as_json=options["as_json"])
    if options["as_json"]:
        _tell({"steps": _told(plan), "remarks": plan.remarks, "applied": done})
    elif done:
        click.echo(f"Applied: {things(done)}.")
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
        click.echo(f"Nothing was changed: {things(len(error.problems), 'problem')}.", err=True)
    return 1


def _show(plan: Plan, *, as_json: bool) -> None:
    if as_json:
        return
    for remark in plan.remarks:
        click.echo(f"  note: {remark}")
    for step in plan.writes:
        fields = f": {', '.join(step.fields)}" if step.fields else ""
        click.echo(f"  {_MARKS[step.verb]} {step.verb} {step.kind} {step.name}{fields}")
    same = len(plan.steps) - len(plan.writes)
    click.echo(f"{things(len(plan.writes), 'change')}, {same} as they are.")


def _told(plan: Plan) -> list[dict[str, object]]:
    return [
        {"verb": s.verb, "kind": s.kind, "name": s.name, "fields": s.fields} for s in plan.steps
    ]


def things(count: int, word: str = "thing") -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _tell(answer: object) -> None:
    click.echo(json.dumps(answer, indent=2, ensure_ascii=False, default=str))


commands = [apply_]
