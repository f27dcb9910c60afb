"""A mail server that keeps every message whole, as the reader's own would."""

import email.policy
import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from aiosmtpd.controller import Controller

from tests.running import free_port, wait_for


class Letterbox:
    """`letters` are (recipient, message, instant) in the order they came."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.letters: list[tuple[str, EmailMessage, float]] = []

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802 - aiosmtpd calls it so
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.letters += [(to, parsed, time.monotonic()) for to in envelope.rcpt_tos]
        return "250 2.0.0 queued"

    def to(self, address: str) -> list[EmailMessage]:
        return [message for to, message, _at in self.letters if to == address]

    def arrived(self, address: str, number: int, *, within: float = 60) -> EmailMessage:
        """Return the letter of this number, from 1, to an address as soon as it is there."""
        wait_for(
            f"letter {number} to {address}", lambda: len(self.to(address)) >= number, within=within
        )
        return self.to(address)[number - 1]


@contextmanager
def letterbox() -> Iterator[Letterbox]:
    found = Letterbox(free_port())
    server = Controller(found, hostname="127.0.0.1", port=found.port)
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    server.start()
    try:
        yield found
    finally:
        server.stop()


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def links_of(message: EmailMessage, *, holding: str = "") -> list[str]:
    found = re.findall(r"https?://[^\s<>\"]+", text_of(message))
    return [one for one in found if holding in one]
