"""A program that answers what it is sent, as it is told to."""

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Answering:
    """`answer` makes (status, body) of a message's JSON; `taken` are (headers, body)."""

    def __init__(self, answer) -> None:
        self.answer, self.taken = answer, []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.taken.append(({k.lower(): v for k, v in self.headers.items()}, body))
                status, said = outer.answer(json.loads(body))
                self.send_response(status)
                self.send_header("content-length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"

    @property
    def bodies(self):
        return [json.loads(body) for _, body in self.taken]


@contextmanager
def answering(answer):
    made = Answering(answer)
    thread = Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        made.server.server_close()
        thread.join()
