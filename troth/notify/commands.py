"""`troth notify`: what mail systems send back, and subscribers in and out as files."""

import json
import sys
from pathlib import Path
from typing import Any, BinaryIO

import click

from troth.core import clock
from troth.notify import bounces, outgoing, trial_commands
from troth.notify.actions.importing import Origin, Report, import_subscribers
from troth.notify.actions.suppressing import bounced
from troth.notify.incoming.reading import lines
from troth.notify.incoming.shapes import Usual
from troth.notify.links import report_url
from troth.notify.queries.outlets import mail_provider
from troth.notify.queries.readers import Sieve, of_uid
from troth.notify.rules import families
from troth.people import queries as people

_SHOWN = 20  # refused lines on a terminal


@click.group("notify")
def notify() -> None:
    r"""Messages: try a channel, bounces, subscribers as a file.

    \b
    troth notify channels                      list the channels
    troth notify test --channel URL            send a test story there
    troth notify bounce < mail.eml             read a mail that came back
    troth notify export > subscribers.jsonl    write every subscriber with the proof of consent
    """


@notify.command("bounce")
@click.argument("mail", type=click.File("rb"), default="-")
def bounce(mail: BinaryIO) -> int:
    r"""Read a mail that came back, from a file or standard input.

    A mail server pipes the mails of the sender's address here. Delivery reports and complaints
    count where they quote our message. Exit code 1 for a mail that is neither.

    \b
    # /etc/aliases
    status-bounces: "|troth notify bounce"
    """
    report = bounces.read(mail)
    if not report.kind:
        click.echo("This mail is no report of a delivery.", err=True)
        return 1
    now = clock.now()
    told = 0
    for contact in _contacts(report):
        told += bounced(contact_id=contact, kind=report.kind, said=report.said,
                        event_id=report.event_id, at=now, now=now)  # fmt: skip
    click.echo(f"{report.kind}: {told} written down." if told else "Nothing new.")
    return 0


def _contacts(report: bounces.Report) -> list[int]:
    """Return whom a report is about: who the quoted message was for, else whom it names."""
    if report.subscription:
        found = of_uid(report.subscription)
        return [found.contact_id] if found else []
    named = []
    for address in report.addresses[:10]:
        try:
            contact = people.find("email", address)
        except ValueError:
            continue
        named += [contact.pk] if contact else []
    return named[:1]


@notify.command("export")
@click.option("--csv", "as_csv", is_flag=True, help="CSV; otherwise one JSON object a line.")
@click.option("--channel", default="", help="Only this channel.")
@click.option("--state", default="", help="Only this state, such as active.")
def export(as_csv: bool, channel: str, state: str) -> None:  # noqa: FBT001 - click's
    r"""Write every subscriber with address and proof of consent to standard output.

    The file holds addresses in clear: keep it as you keep a password.

    \b
    troth notify export > subscribers.jsonl
    """
    found = outgoing.documents(Sieve(channel=channel, state=state))
    write = outgoing.as_csv if as_csv else outgoing.as_lines
    for line in write(found):
        sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


notify.add_command(trial_commands.test)
notify.add_command(trial_commands.channels)


@notify.command("hook")
@click.argument("outlet")
def hook(outlet: str) -> None:
    r"""Print where the mail provider of an outlet tells of bounces and complaints.

    Give the address to the provider and to nobody else: it is the secret.

    \b
    troth notify hook mail
    """
    if not mail_provider(outlet):
        raise click.UsageError(f"“{outlet}” is no outlet for mail by a provider's API.")
    click.echo(report_url(outlet))


commands = (notify,)


def import_command() -> click.Command:
    """Return `troth import subscribers`, which the wiring joins with other imports."""
    return click.Command(
        "subscribers", callback=_bring,
        help="Subscribers of another page, or of an export of ours.\n\n"
        "FILE is CSV, JSON, or one JSON object a line, as Statuspage, Cachet, Instatus and "
        "`troth notify export` write them. Whoever has no proof of consent there is asked by a "
        "message. Importing a file again changes nothing.\n\n\b\n"
        "troth import subscribers --dry-run subscribers.csv",
        params=[
            click.Argument(["path"], type=click.Path(exists=True, dir_okay=False, path_type=Path)),
            click.Option(["--dry-run"], is_flag=True, help="Say what would happen; write nothing."),
            click.Option(["--proof"], default="",
                         help="What you know of the consent of all of them; it is kept with each."),
            click.Option(["--events"], default="incidents,maintenance",
                         help="What they are told of where the file does not say."),
            click.Option(["--page"], default="", help="Slug of the page; the main one."),
            click.Option(["--json", "as_json"], is_flag=True, help="Answer in JSON."),
        ],
    )  # fmt: skip


def _bring(path: Path, **options: Any) -> int:  # noqa: ANN401 - click's
    from django.conf import settings

    try:
        events = families.bits(options["events"].replace(",", " ").split())
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    usual = Usual(
        events=events, language=settings.TROTH.languages[0], zone=settings.TROTH.time_zone,
        page=options["page"],
    )  # fmt: skip
    with path.open("rb") as file:
        report = import_subscribers(
            lines=lines(file, name=path.name, usual=usual),
            origin=Origin(name=path.name[:100], by="troth import", stated=options["proof"][:500]),
            now=clock.now(),
            dry_run=options["dry_run"],
        )
    click.echo(json.dumps(told(report), indent=2) if options["as_json"] else _words(report))
    return int(bool(report.counts["refused"] or report.stopped))


def told(report: Report) -> dict[str, object]:
    """Return a report as JSON has it."""
    names = ("brought", "asked", "known", "left", "ended", "refused")
    refused = [{"line": number, "reason": reason} for number, reason in report.refused]
    stopped = {"line": report.stopped[0], "reason": report.stopped[1]} if report.stopped else None
    counts = {name: report.counts[name] for name in names}
    return {**counts, "lines": refused, "stopped": stopped}


def _words(report: Report) -> str:
    count = report.counts
    said = [
        f"{count['brought']} brought with their proof of consent.",
        f"{count['asked']} asked by a message.",
        f"{count['known']} known already, {count['left']} have left here since.",
        f"{count['ended']} had ended there, {count['refused']} refused.",
    ]
    said += [f"  line {number}: {reason}" for number, reason in report.refused[:_SHOWN]]
    if count["refused"] > _SHOWN:
        said.append(f"  … and {count['refused'] - _SHOWN} more: --json lists 1,000 of them.")
    if report.stopped:
        line, reason = report.stopped
        said.append(f"Stopped at line {line}: {reason}. What stands above was kept; the same file")
        said.append("again goes on there.")
    return "\n".join(said)
