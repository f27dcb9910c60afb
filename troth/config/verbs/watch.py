"""`troth watch`: the page's own dead man's switch, to be run from somewhere else."""

import json
import os
import re
import shlex
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict

import click

from troth.core import clock
from troth.core.windows import parse_duration
from troth.page import watching
from troth.page.watching import Alarm, Seen

_PATIENCE = 60  # seconds that an alarm command may take


class Duration(click.ParamType[int]):
    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        text = str(value).strip()
        if re.fullmatch(r"[1-9]\d{0,5}s?", text):
            return int(text.removesuffix("s"))
        try:
            return parse_duration(text)
        except ValueError as problem:
            self.fail(str(problem), param, ctx)


@click.command()
@click.argument("urls", nargs=-1, required=True, metavar="URL…")
@click.option("--max-age", type=Duration(), default="15m", show_default=True,
              help="A page checked longer ago is stale.")  # fmt: skip
@click.option("--timeout", type=Duration(), default="10s", show_default=True,
              help="How long to wait for an answer.")  # fmt: skip
@click.option("--every", type=Duration(), help="Look again and again, this far apart.")
@click.option("--after", type=click.IntRange(1), default=2, show_default=True,
              help="Bad looks in a row before the alarm, with --every.")  # fmt: skip
@click.option("--alarm", metavar="COMMAND", default="",
              help="Run this when it goes wrong and when it is well again.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document for each look.")
def watch(urls: Sequence[str], *, every: int | None, **options: object) -> int:
    r"""Say from elsewhere whether a page is served and fresh.

    Exit code 0 fresh, 1 stale, 3 no answer. The alarm command gets WATCH_STATE (fresh,
    stale, unreachable) and WATCH_SAYS, and what was seen as JSON on its input.

    \b
    troth watch https://trust.example.org https://mirror.example.org
    troth watch https://trust.example.org --every 60s --alarm "mail -s page ops@example.org"
    """
    alarm = Alarm(int(str(options["after"])) if every else 1)
    while True:
        began = time.monotonic()
        state = _turn(urls, options, alarm)
        if every is None:
            return watching.CODES[state]
        time.sleep(max(0.0, every - (time.monotonic() - began)))


def _turn(urls: Sequence[str], options: dict[str, object], alarm: Alarm) -> str:
    limits = {name: float(str(options[name])) for name in ("max_age", "timeout")}
    seen = [watching.look(url, at=clock.now(), **limits) for url in urls]
    state = watching.worst(seen)
    _say(seen, as_json=bool(options["as_json"]))
    command = str(options["alarm"])
    if alarm.wants(state) and (not command or _ring(command, state, seen)):
        alarm.told()
    return state


def _say(seen: Sequence[Seen], *, as_json: bool) -> None:
    if as_json:
        click.echo(_document(seen))
        return
    for one in seen:
        click.echo(f"{one.at:%Y-%m-%d %H:%M:%S}Z  {one.state:11} {one.url}: {one.says}")


def _document(seen: Sequence[Seen]) -> str:
    looks = [{**asdict(one), "at": one.at.isoformat()} for one in seen]
    return json.dumps({"state": watching.worst(seen), "pages": looks})


def _ring(command: str, state: str, seen: Sequence[Seen]) -> bool:
    """Run the alarm command; say whether it was done."""
    says = "; ".join(f"{one.url}: {one.says}" for one in seen)
    told = {**os.environ, "WATCH_STATE": state, "WATCH_SAYS": says}
    try:
        done = subprocess.run(  # noqa: S603 - the command is the operator's own, without a shell
            shlex.split(command), input=_document(seen), env=told, text=True, check=False,
            timeout=_PATIENCE,
        )  # fmt: skip
    except (OSError, ValueError, subprocess.TimeoutExpired) as problem:
        click.echo(f"the alarm could not be run: {problem}", err=True)
        return False
    if done.returncode:
        click.echo(f"the alarm command ended with {done.returncode}", err=True)
    return done.returncode == 0


commands = [watch]
