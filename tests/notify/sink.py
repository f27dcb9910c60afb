"""A mail server for tests and benchmarks: it takes everything, and logs each message durably.

    python tests/notify/sink.py LOG [--port N] [--sync] [--slow MS] [--say VERB=REPLY]

Prints its port. One line of the log per message: Message-ID and recipient; with --sync each batch
of lines is on disk before any of its messages is answered.
"""

import argparse
import asyncio
import os
import random
import re
import sys

_ID = re.compile(rb"^message-id:\s*<?([^>\r\n]+)>?", re.IGNORECASE | re.MULTILINE)
_HELLO = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"


class Log:
    """Appends lines; those who wait together share one write and one sync."""

    def __init__(self, path: str, *, sync: bool) -> None:
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.sync, self.waiting, self.count = sync, [], 0

    def add(self, line: bytes, done) -> None:
        if not self.waiting:
            asyncio.get_running_loop().call_soon(self.flush)
        self.waiting.append((line, done))

    def flush(self) -> None:
        waiting, self.waiting = self.waiting, []
        os.write(self.file, b"".join(line for line, _ in waiting))
        if self.sync:
            os.fdatasync(self.file)
        self.count += len(waiting)
        for _, done in waiting:
            done()


class Session(asyncio.Protocol):
    """One connection: the least of RFC 5321 that a sender needs, with PIPELINING."""

    def __init__(self, log: Log, slow: float, says: dict[bytes, bytes]) -> None:
        self.slow, self.says = slow, says
        self.log, self.buffer, self.in_data, self.to = log, b"", False, b""

    def connection_made(self, transport) -> None:
        self.transport = transport
        transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while self.buffer and self.step():
            pass

    def step(self) -> bool:
        if self.in_data:
            return self.message()
        line, found, rest = self.buffer.partition(b"\r\n")
        if not found:
            return False
        self.buffer = rest
        self.command(line[:4].upper(), line)
        return True

    def command(self, verb: bytes, line: bytes) -> None:
        if verb in self.says:
            self.transport.write(self.says[verb] + b"\r\n")
        elif verb == b"EHLO":
            self.transport.write(_HELLO)
        elif verb == b"DATA":
            self.in_data = True
            self.transport.write(b"354 go ahead\r\n")
        elif verb == b"QUIT":
            self.transport.write(b"221 bye\r\n")
            self.transport.close()
        else:
            if verb == b"RCPT":
                self.to = line
            self.transport.write(b"250 ok\r\n")

    def message(self) -> bool:
        if self.buffer.startswith(b".\r\n"):  # to nobody: the sender knows that it was refused
            self.buffer, self.in_data = self.buffer[3:], False
            self.transport.write(b"554 5.5.1 no valid recipients\r\n")
            return True
        end = self.buffer.find(b"\r\n.\r\n")
        if end < 0:
            return False
        text, self.buffer = self.buffer[:end], self.buffer[end + 5 :]
        self.in_data = False
        found = _ID.search(text)
        name = found[1] if found else b"?"
        to = self.to.partition(b"<")[2].partition(b">")[0]
        line = name + b" " + to + b"\n"
        if b"END" in self.says:
            self.ended(self.says[b"END"])
        elif self.slow:  # so that whoever waits for us may die before and after we wrote it down
            later = asyncio.get_running_loop().call_later
            later(random.uniform(0, self.slow), self.log.add, line, self.slowly)
        else:
            self.log.add(line, self.answered)
        return True

    def ended(self, words: bytes) -> None:
        """Say something else to a message, or nothing and hang up."""
        if words:
            self.transport.write(words + b"\r\n")
        else:
            self.transport.close()

    def slowly(self) -> None:
        asyncio.get_running_loop().call_later(random.uniform(0, self.slow), self.answered)

    def answered(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(b"250 2.0.0 queued\r\n")


async def main(options) -> None:
    log = Log(options.log, sync=options.sync)
    loop = asyncio.get_running_loop()
    says = dict(one.encode().split(b"=", 1) for one in options.say)
    server = await loop.create_server(
        lambda: Session(log, options.slow / 1000, says), "127.0.0.1", options.port, backlog=1000
    )
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - who starts it reads it
    if options.with_parent:  # whoever started us holds the other end until it dies
        loop.add_reader(sys.stdin.fileno(), lambda: os.read(0, 1) or os._exit(0))
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("log")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--sync", action="store_true")
    parser.add_argument("--say", action="append", default=[], help="VERB=what it says to it")
    parser.add_argument("--slow", type=float, default=0, help="milliseconds, twice")
    parser.add_argument("--with-parent", action="store_true")
    options = parser.parse_args()
    try:
        import uvloop
    except ImportError:
        uvloop = asyncio
    try:
        uvloop.run(main(options))
    except KeyboardInterrupt:
        sys.exit(0)
