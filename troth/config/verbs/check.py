"""`troth check`: what is wrong with this installation, in plain words."""

import json
from dataclasses import asdict

import click

from troth.config import outcome

_MARKS = {"ok": ("ok", "green"), "note": ("note", "yellow"), "problem": ("PROBLEM", "red")}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, for programs.")
@click.option("--quiet", is_flag=True, help="Print problems only.")
def check(*, as_json: bool, quiet: bool) -> int:
    r"""Say in plain words what is wrong here.

    It looks at folders, keys, database, worker, signals and page, and changes nothing.
    Exit code 1 when there is a problem.

    \b
    troth check
    troth check --json
    """
    from troth.config import diagnosis  # Django must be set up first
    from troth.core import clock

    findings = list(diagnosis.examine(now=clock.now()))
    problems = sum(finding.level == "problem" for finding in findings)
    if as_json:
        click.echo(json.dumps({"problems": problems, "findings": [asdict(f) for f in findings]}))
        return outcome.FOUND if problems else outcome.OK
    for finding in findings:
        if finding.level == "problem" or not quiet:
            mark, colour = _MARKS[finding.level]
            click.echo(f"{click.style(f'{mark:8}', fg=colour)} {finding.area:11} {finding.text}")
    click.echo(_sum_up(problems))
    return outcome.FOUND if problems else outcome.OK


def _sum_up(problems: int) -> str:
    if not problems:
        return "No problem found."
    return "1 problem found." if problems == 1 else f"{problems} problems found."


commands = [check]
