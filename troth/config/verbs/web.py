"""`troth web`: the web server alone."""

import os
import shutil

import click

from troth.config import environment, ports

# Threads besides those that work: signs of heartbeats that wait for the disk share one sync, so the
# more may wait together, the less it matters how slow the disk is (config/answering.py).
_WAITING = 12


@click.command()
@click.option("--host", help="Network address to listen on.")
@click.option("--port", type=click.IntRange(1, 65_535), help="Port to listen on.")
@click.option("--workers", type=click.IntRange(1, 64), help="Web processes.")
def web(*, host: str | None, port: int | None, workers: int | None) -> None:
    r"""Start the web server alone.

    It answers the page, the desk and the API.

    \b
    troth web
    troth web --host 0.0.0.0 --port 80 --workers 4
    """
    settings = environment.read()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troth.config.settings")
    port = port or settings.port
    host = host or settings.host
    ports.must_be_free(host, port)
    _share_counters(settings, port)
    serve(settings, host=host, port=port, workers=workers or settings.web_workers)


def _share_counters(settings: environment.Environment, port: int) -> None:
    """Give the web processes a folder where they add up what each counted (core/meters.py)."""
    folder = settings.data_dir / "run" / f"counters-{port}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def serve(settings: environment.Environment, *, host: str, port: int, workers: int) -> None:
    from granian.constants import Interfaces
    from granian.log import LogLevels, logger
    from granian.server import Server

    logger.addFilter(lambda record: "Python threads" not in record.getMessage())  # see _WAITING
    Server(
        "troth.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=settings.web_threads + _WAITING,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=20,
        log_level=LogLevels.warning,
    ).serve()


commands = [web]
