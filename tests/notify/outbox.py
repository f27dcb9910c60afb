"""Readers, stories, a mail sink and programs that take webhooks: real ones, on this host."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from django.conf import settings

from tests import loop
from troth.core import clock
from troth.core.ids import new_id
from troth.notify import jobs
from troth.notify.courier.office import Office
from troth.notify.models import Delivery, Subscription
from troth.notify.rules.events import EVERY_EVENT, Event, Severity
from troth.notify.rules.story import Story
from troth.people import actions as people

SINK = Path(__file__).with_name("sink.py")


def reader(address="ada@example.org", *, channel="email", consents=("status",), **more):
    """Make a reader who confirmed, told of everything unless `more` says otherwise."""
    now = clock.now()
    contact = people.know(
        channel=channel, address=address, language=more.pop("language", "en"),
        zone=more.pop("zone", "UTC"), now=now,
    )  # fmt: skip
    if consents:
        people.allow(contact=contact, purposes=consents, how="form", proof={}, now=now)
    values = {"state": "active", "events": EVERY_EVENT, "asked_at": now, "confirmed_at": now}
    return Subscription.objects.create(uid=new_id("sub"), contact=contact, **{**values, **more})


def story(number=1, *, about="incident:inc_1", **more):
    """Return a revision of an incident's story."""
    values = {
        "event": Event.INCIDENT_OPENED if number == 1 else Event.INCIDENT_UPDATED,
        "revision": f"{number:08x}", "title": f"Payments fail ({number})",
        "link": "http://127.0.0.1/incidents/inc_1/", "what": "Cards are declined",
        "severity": Severity.MAJOR,
    }  # fmt: skip
    return Story(about=about, **{**values, **more})


def spread():
    while jobs.is_unspread(now=clock.now()):
        jobs.spread(now=clock.now())


def deliver(*, within=30.0):
    """Deliver what is due by a courier of our own."""
    spread()

    async def run():
        await asyncio.wait_for(Office().run(asyncio.Event(), once=True), within)

    loop.run(run())


def states(**chosen):
    return list(Delivery.objects.filter(**chosen).order_by("pk").values_list("state", flat=True))


class Sink:
    """The mail server; `lines` are (Message-ID, recipient) as it wrote them down."""

    def __init__(self, log: Path, port: int, pid: int) -> None:
        self.log, self.port, self.pid = log, port, pid

    @property
    def lines(self) -> list[tuple[str, str]]:
        text = self.log.read_text(encoding="utf-8")
        return [(one.split(" ")[0], one.split(" ")[1]) for one in text.splitlines()]

    @property
    def readers(self) -> list[str]:
        return [to for _, to in self.lines]


@contextmanager
def mail_sink(folder: Path, *words: str) -> Iterator[Sink]:
    log = folder / "sink.log"
    command = [sys.executable, str(SINK), str(log), "--with-parent", *words]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder
    )
    try:
        port = int(process.stdout.readline())
        yield Sink(log, port, process.pid)
    finally:
        process.kill()
        process.communicate()


@contextmanager
def mailing(port: int) -> Iterator[None]:
    """Let this installation mail through a server on this host."""
    before = settings.TROTH
    settings.TROTH = with_values(before, email_url=f"smtp://127.0.0.1:{port}",
                                 email_from="Example status <status@example.org>",
                                 probe_private=True)  # fmt: skip
    try:
        yield
    finally:
        settings.TROTH = before


def with_values(environment, **values):
    from dataclasses import replace

    return replace(environment, **values)


class Program:
    """A receiver of webhooks. `answers` are (status, headers) for the next requests."""

    def __init__(self) -> None:
        self.taken: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.taken.append(({k.lower(): v for k, v in self.headers.items()}, body))
                status, headers = outer.answers.pop(0) if outer.answers else (200, {})
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"

    @property
    def bodies(self):
        return [json.loads(body) for _, body in self.taken]


@contextmanager
def program() -> Iterator[Program]:
    made = Program()
    thread = Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        made.server.server_close()
        thread.join()
