"""`troth notify test` and `troth notify channels`."""

import json
from typing import Any, Final

import click

from troth.core import clock
from troth.core.described import SettingsError
from troth.notify import catalogue, trying
from troth.notify.channel import Channel
from troth.notify.models import Outlet
from troth.notify.rules import naming
from troth.notify.rules.advising import advice
from troth.notify.rules.labels import LANGUAGES
from troth.notify.rules.results import Answer, Fate
from troth.notify.trying import Trial

_CODES: Final = {Fate.ACCEPTED: 0, Fate.LATER: 4}
_SHOWN: Final = 16  # characters of an address that lets whoever knows it write there


@click.command("test")
@click.option("--channel", "url", help="Where to: a link, mailto:, tel:, CHANNEL:ADDRESS, …")
@click.option("--outlet", "slug", help="An outlet that is set up here.")
@click.option("--to", "address", default="", help="With --outlet: the address there.")
@click.option("--language", type=click.Choice(LANGUAGES), default=LANGUAGES[0])
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def test(url: str | None, slug: str | None, address: str, language: str, as_json: bool) -> int:  # noqa: FBT001 - click's
    r"""Send a test story and say what the other side said.

    Exit code 0: it was taken. 1: it was refused, or no answer came. 4: not now.

    \b
    troth notify test --channel https://hooks.slack.com/services/…
    troth notify test --channel mailto:you@example.org
    troth notify test --channel gotify://host/token
    troth notify test --channel telegram:@our_channel
    troth notify test --outlet texts --to "+49 151 2345678"
    """
    try:
        trial = _trial(url, slug, address)
        answer = trying.send(trial, language=language, now=clock.now())
    except SettingsError as error:
        raise click.UsageError(str(error)) from None
    _tell(trial, answer, as_json=as_json)
    return _CODES.get(answer.fate, 1)


def _trial(url: str | None, slug: str | None, address: str) -> Trial:
    if bool(url) == bool(slug):
        raise click.UsageError("name either --channel or --outlet")
    if url:
        return trying.of_url(url)
    outlet = Outlet.objects.filter(slug=slug, retired_at=None).first()
    if outlet is None:
        raise click.UsageError(f"there is no outlet “{slug}”")
    return trying.of_outlet(outlet, address)


def _tell(trial: Trial, answer: Answer, *, as_json: bool) -> None:
    if as_json:
        found = {"channel": trial.channel, "fate": answer.fate.value, "said": answer.said,
                 "receipt": answer.receipt, "advice": advice(answer)}  # fmt: skip
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    shown = _shown(trial)
    click.echo(f"{trial.label}{f' to {shown}' if shown else ''}")
    if trial.secret:
        click.echo(f"Signed with {trial.secret}")
    click.echo(f"It said: {answer.said or 'nothing'}")
    click.echo(naming.answer(answer.fate))
    if what := advice(answer):
        click.echo(f"What to do: {what}")


def _shown(trial: Trial) -> str:
    address = catalogue.channel(trial.channel).address
    if address is None or not address.is_secret or len(trial.address) <= _SHOWN:
        return trial.address
    return f"{trial.address[:_SHOWN]}…"


@click.command("channels")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def channels(as_json: bool) -> None:  # noqa: FBT001 - click's
    """List every channel, what it asks for, and which outlets are set up."""
    outlets: dict[str, list[str]] = {}
    for key, slug in Outlet.objects.filter(retired_at=None).values_list("channel", "slug"):
        outlets.setdefault(key, []).append(slug)
    found = [_listed(key, one, outlets.get(key, [])) for key, one in _known().items()]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for one in found:
        click.echo(_lines(one))


def _lines(one: dict[str, Any]) -> str:
    lines = [f"{one['channel']:<11} {one['help']}"]
    if one["address"]:
        lines.append(f"{'':<11} address: {one['address']}")
    if one["outlets"] or one["needs_outlet"]:
        lines.append(f"{'':<11} outlets: {', '.join(one['outlets']) or 'none yet'}")
    return "\n".join(lines)


def _known() -> dict[str, Channel]:
    return catalogue.all_channels()


def _listed(key: str, channel: Channel, outlets: list[str]) -> dict[str, Any]:
    address = channel.address
    return {
        "channel": key,
        "label": channel.label,
        "help": channel.help,
        "address": f"{address.label} {address.hint}".strip() if address else "",
        "needs_outlet": channel.settings is not None,
        "outlets": sorted(outlets),
        "is_public": channel.is_public,
    }
