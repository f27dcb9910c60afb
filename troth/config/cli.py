"""The `troth` command. Verbs are found by name and imported when they are called."""

import os
import sys
from importlib import import_module

import click

from troth import __version__
from troth.config import outcome

# Verb → (where it is, what it does). A test compares this with what the packages declare, so that
# `troth --help` need not import them.
VERBS: dict[str, tuple[str, str]] = {
    "up": ("troth.config.verbs.up", "Start everything: database, web, worker."),
    "web": ("troth.config.verbs.web", "Start the web server alone."),
    "work": ("troth.config.verbs.work", "Start a worker alone."),
    "deliver": ("troth.config.verbs.deliver", "Deliver messages, in a process of their own."),
    "probe": ("troth.probes.commands", "Run checks, here or for a server elsewhere."),
    "mail": ("troth.probes.commands", "Take heartbeats' mail, on a port of its own."),
    "ping-mail": ("troth.probes.commands", "Take one message to a heartbeat from a mail server."),
    "import": (
        "troth.config.verbs.import_",
        "Read signals from files, or another status page's history.",
    ),
    "apply": (
        "troth.config.verbs.apply",
        "Declare promises, components, monitors and the rest from files.",
    ),
    "export": (
        "troth.config.verbs.export",
        "Write what is declared to files, as apply takes them.",
    ),
    "uptime": ("troth.components.commands", "Say how much of a time was without incidents."),
    "outcomes": ("troth.metrics.outcome_commands", "Say what became of customers."),
    "insight": ("troth.config.verbs.insight", "Say where trust fades, and since when."),
    "report": (
        "troth.desk.commands",
        "List, show and make reports of weeks, months and quarters.",
    ),
    "judge": ("troth.promises.commands", "Say which promises are kept."),
    "score": (
        "troth.promises.score_commands",
        "Say how far our promises can be relied on, and why that changed.",
    ),
    "publish": ("troth.page.commands", "Write the public page to files, here or for another host."),
    "watch": ("troth.config.verbs.watch", "Say from elsewhere whether a page is served and fresh."),
    "notify": ("troth.notify.commands", "Messages: try a channel, bounces, subscribers as a file."),
    "forget": (
        "troth.config.verbs.forget",
        "Forget a person: signals, addresses, subscriptions, reports.",
    ),
    "check": ("troth.config.verbs.check", "Say in plain words what is wrong here."),
    "backup": ("troth.config.verbs.backup", "Write state and signals to one file."),
    "restore": ("troth.config.verbs.restore", "Put an installation back from a backup."),
    "prepare": ("troth.config.verbs.prepare", ""),
    "migrate": ("troth.config.verbs.migrate", "Bring the database up to this version."),
}
# They start processes and stay small themselves, or work on what Django would have opened.
WITHOUT_DJANGO = {"up", "web", "watch", "probe", "backup", "restore"}


class Verbs(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click calls it so
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        if cmd_name not in WITHOUT_DJANGO and not ctx.resilient_parsing:
            _set_up_django()
        module = import_module(VERBS[cmd_name][0])
        found = next((each for each in module.commands if each.name == cmd_name), None)
        return _laid_out(found) if found else None

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click calls it so
        formatter: click.HelpFormatter,
    ) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(name, text) for name, (_, text) in VERBS.items() if text])


def _laid_out(command: click.Command) -> click.Command:
    """Keep the lines of examples: a raw docstring writes click's mark for that in two letters."""
    command.help = (command.help or "").replace("\\b\n", "\b\n")
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            _laid_out(inner)
    return command


def _set_up_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troth.config.settings")
    import django

    django.setup()


@click.group(
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=f"Exit codes: {outcome.CODES} Settings: docs/configuration.md.",
)
@click.version_option(__version__, message="troth %(version)s")
def troth() -> None:
    r"""Say what you promise, measure whether you keep it, show it to everyone.

    \b
    troth up                                   start everything and print the address
    troth import --map mapping.yaml FILE       read signals from a file
    troth apply -f promises/                   declare promises from files
    troth judge                                say which promises are kept
    troth check                                find out what is wrong here
    """


_laid_out(troth)


def main() -> None:
    """Run the command; a foreseen failure is one sentence, never a traceback."""
    try:
        code = troth.main(standalone_mode=False, prog_name="troth")
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        code = 130
    except Exception as problem:  # noqa: BLE001 - what is not foreseen is raised again
        code = outcome.of(problem)
    sys.exit(code if isinstance(code, int) else 0)
