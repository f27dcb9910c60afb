"""How soon a change is on a large status page and how fast its history is: with real processes.

    python bench/status.py [--seconds 4] [--rounds 3] [--only crowd|archive] [--json]

Builds two installations through the public actions (bench/towns.py): 500 components of 90 days with
20 open incidents, and 10,000 incidents of five years. Then starts `troth web` and `troth work` on
them, says something by the API and waits until the web server answers with it: at rest, while the
page is written for the first time, and while a day ends. Compares with nginx on the same file and
core, and asks for pages of history. Needs nginx, wrk and taskset; takes about eight minutes. Exits
with 1 where a target is missed.
"""

import argparse
import contextlib
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

import page as front  # noqa: E402 - the bench beside this one

from troth.core import clock  # noqa: E402

VISIBLE, SIZE, RATIO, HISTORY = 2.0, 60_000, 0.35, 0.050  # s, bytes, of nginx, s
BEFORE_MIDNIGHT = 20  # seconds


def main() -> int:
    asked = _arguments()
    found: list[Figure] = []
    for name, measure in (("crowd", _crowd), ("archive", _archive)):
        if asked.only in ("", name):
            with tempfile.TemporaryDirectory(prefix="troth-bench-") as folder:
                place = Path(folder)
                place.chmod(0o755)  # nginx, started by root, reads as nobody
                for one in measure(Town.built(place, name), asked):
                    print(one, file=sys.stderr, flush=True)
                    found.append(one)
    if asked.json:
        print(json.dumps([one._asdict() | {"met": one.met} for one in found], indent=1))
    return 0 if all(one.met for one in found) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", choices=("", "crowd", "archive"))
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


class Figure(NamedTuple):
    """One line of the table. `most` and `least` are the target, where there is one."""

    what: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None

    @property
    def met(self) -> bool:
        high = self.most is None or self.value <= self.most
        return high and (self.least is None or self.value >= self.least)

    def __str__(self) -> str:
        bound = f"at most {self.most:,g}" if self.most is not None else ""
        bound = f"at least {self.least:,g}" if self.least is not None else bound
        verdict = ("met" if self.met else "missed") if bound else ""
        digits = 0 if self.unit in ("bytes", "files", "/s") else 3
        return f"{self.what:62} {self.value:12,.{digits}f} {self.unit:6} {bound:16} {verdict}"


class Town(NamedTuple):
    """An installation in `place`, and what was built in it."""

    place: Path
    told: dict[str, Any]
    took: float

    @classmethod
    def built(cls, place: Path, name: str) -> "Town":
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, str(ROOT / "bench/towns.py"), name], env=cls.environ_of(place),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(done.stderr)
        return cls(place, json.loads(done.stdout), time.monotonic() - began)

    @staticmethod
    def environ_of(place: Path) -> dict[str, str]:
        kept = {name: text for name, text in os.environ.items() if not name.startswith("TROTH_")}
        return {
            **kept, "TROTH_DATA": str(place / "data"), "TROTH_PAGE_DIR": str(place / "page"),
            "PYTHONPATH": str(ROOT),
        }  # fmt: skip

    @contextlib.contextmanager
    def web(self) -> Iterator["Site"]:
        port = front.free_port()
        command = [sys.executable, "-m", "troth.config", "web", "--port", str(port)]
        with front.running(command, port, self.environ_of(self.place)):
            yield Site(f"http://127.0.0.1:{port}", self.told)

    @contextlib.contextmanager
    def worker(self, *, ahead: float = 0) -> Iterator[None]:
        """Run a worker; its clock is so many seconds ahead."""
        script = [str(ROOT / "bench/towns.py"), str(ahead), "work"]
        command = [sys.executable, *(script if ahead else ("-m", "troth.config", "work"))]
        with (self.place / "work.log").open("a") as log:
            process = subprocess.Popen(command, env=self.environ_of(self.place), stderr=log)
            try:
                yield
            finally:
                process.terminate()
                process.wait(timeout=120)


class Site(NamedTuple):
    """What the web server of an installation answers."""

    address: str
    told: dict[str, Any]

    def get(self, path: str, **headers: str) -> bytes:
        """Return what is there; nothing while it is not."""
        try:
            request = Request(f"{self.address}{path}", headers=headers)  # noqa: S310 - ours
            with urlopen(request, timeout=30) as answer:  # noqa: S310
                return bytes(answer.read())
        except HTTPError:
            return b""

    def say(self, number: int) -> float:
        """Say something of an open incident by the API; return the seconds until it is served."""
        text = f"This is word number {number}, said at {clock.now():%X.%f}."
        body = {"body": text, "problem": "Requests fail.", "affects": "Some.", "workaround": "-"}
        uid = self.told["open"][number % len(self.told["open"])]
        request = Request(  # noqa: S310 - our own address
            f"{self.address}/api/v1/incidents/{uid}/updates", data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.told['token']}",
                     "Content-Type": "application/json"},
        )  # fmt: skip
        began = time.monotonic()
        with urlopen(request, timeout=60) as answer:  # noqa: S310
            answer.read()
        feed, api = "/history.json", "/api/v2/incidents/unresolved.json"
        for path in (f"/incidents/{uid}/", "/", feed, api):
            _wait(lambda path=path: text.encode() in self.get(path))
        return time.monotonic() - began

    def listing(self) -> dict[str, Any]:
        return dict(json.loads(self.get("/files.json") or b"{}"))

    def settle(self) -> None:
        """Wait until nothing waits to be written."""
        _wait(lambda: self.listing().get("waiting", 1) == 0, within=600)


def _wait(question: Callable[[], object], *, within: float = 120) -> None:
    limit = time.monotonic() + within
    while not question():
        if time.monotonic() > limit:
            raise SystemExit("it did not come")
        time.sleep(0.01)


def _crowd(town: Town, asked: argparse.Namespace) -> Iterator[Figure]:
    yield Figure("500 components, 620 incidents built", town.took, "s")
    with town.web() as site:
        with town.worker():
            yield from _first(site, "500 components")
            yield _said(site, "the same at rest, the slowest of ten", range(10, 20))
        midnight = clock.now().replace(hour=0, minute=0, second=0) + timedelta(days=1)
        ahead = (midnight - clock.now()).total_seconds() - BEFORE_MIDNIGHT
        with town.worker(ahead=ahead):
            yield from _day_end(site)
    yield from _against_nginx(town, asked)


def _first(site: Site, name: str) -> Iterator[Figure]:
    """Measure the first writing of a page, and a change that comes while it goes on."""
    began = time.monotonic()
    _wait(lambda: site.get("/"))
    yield Figure(f"{name}: worker's start to the front page", time.monotonic() - began, "s")
    yield _said(site, f"{name}: change visible while the first page is written", range(3))
    site.settle()
    yield Figure(f"{name}: worker's start to the last file", time.monotonic() - began, "s")
    yield Figure(f"{name}: files", len(site.listing()["files"]), "files")


def _said(site: Site, what: str, numbers: range) -> Figure:
    return Figure(what, max(site.say(number) for number in numbers), "s", most=VISIBLE)


def _day_end(site: Site) -> Iterator[Figure]:
    """Measure the writing at the end of a day, and changes that come meanwhile."""
    before = site.listing()["facts"]
    _wait(lambda: site.listing().get("facts") != before and site.listing().get("waiting", 0) > 9)
    began = time.monotonic()
    yield _said(site, "change visible while a day ends, the slowest of five", range(30, 35))
    site.settle()
    yield Figure("rewriting at the end of a day", time.monotonic() - began, "s")


def _against_nginx(town: Town, asked: argparse.Namespace) -> Iterator[Figure]:
    index = town.place / "page/current/index.html"
    yield Figure("the front page, brotli", _size(index, ".br"), "bytes", most=SIZE)
    yield Figure("the same with styles and scripts", _weight(index), "bytes", most=SIZE)
    yield Figure("the same plain", _size(index, ""), "bytes")
    with front.nginx(town.place) as nginx, front.ours(town.place) as ours:
        both = {"nginx": nginx, "ours": ours}
        servers = {name: one._replace(accept="gzip") for name, one in both.items()}
        runs = front.alternate(servers, asked.rounds, asked.seconds)
    rates = {name: statistics.median(run["rate"] for run in some) for name, some in runs.items()}
    yield Figure("the front page, gzip, nginx on one core", rates["nginx"], "/s")
    yield Figure("the same, our web server", rates["ours"], "/s")
    yield Figure("ratio", rates["ours"] / rates["nginx"], "", least=RATIO)


def _size(path: Path, suffix: str) -> int:
    return path.with_name(path.name + suffix).stat().st_size


def _weight(index: Path) -> int:
    """Return the bytes of the front page with all that it asks for, in brotli."""
    names = set(re.findall(r'(?:href|src)="/(assets/[^"]+\.(?:css|js))"', index.read_text()))
    return _size(index, ".br") + sum(_size(index.parent / name, ".br") for name in names)


def _archive(town: Town, _asked: argparse.Namespace) -> Iterator[Figure]:
    yield Figure("10,000 incidents of five years built", town.took, "s")
    with town.web() as site:
        with town.worker():
            yield from _first(site, "10,000 incidents")
            yield _said(site, "the same at rest, the slowest of ten", range(10, 20))
        yield from _history(site)


def _history(site: Site) -> Iterator[Figure]:
    """Measure pages of the public history, of the API and of the desk, one after the other."""
    month = f"{clock.now() - timedelta(days=900):%Y-%m}"
    read = {"Authorization": f"Bearer {site.told['token']}"}
    desk = {"Cookie": f"troth={site.told['session']}"}
    asked: list[tuple[str, str, dict[str, str]]] = [
        ("public history, a month", f"/history/{month}/", {}),
        ("public history, an old incident", _old(site, read), {}),
        ("API, the first page", "/api/v1/incidents", read),
        ("API, a page in the middle", _middle(site, read), read),
        ("API, a search", "/api/v1/incidents?search=paris+fails", read),
        ("API, the months", "/api/v1/incidents/months", read),
        ("desk, the first page", "/desk/status/incidents/", desk),
        ("desk, page 100", "/desk/status/incidents/?page=100", desk),
        ("desk, a month", f"/desk/status/incidents/?month={month}", desk),
        ("desk, a search", "/desk/status/incidents/?search=paris+fails", desk),
    ]  # fmt: skip
    for what, path, headers in asked:
        yield Figure(what, _median(site, path, headers), "s", most=HISTORY)


def _old(site: Site, read: dict[str, str]) -> str:
    page = json.loads(site.get(_middle(site, read), **read))
    return f"/incidents/{page['items'][0]['uid']}/"


def _middle(site: Site, read: dict[str, str]) -> str:
    """Return the address of a page far down the list, by its cursor."""
    path = "/api/v1/incidents?limit=200"
    for _ in range(25):
        found = json.loads(site.get(path, **read))
        path = f"/api/v1/incidents?limit=200&cursor={found['next']}"
    return path.replace("limit=200", "limit=50")


def _median(site: Site, path: str, headers: dict[str, str]) -> float:
    took = []
    for _ in range(15):
        began = time.monotonic()
        found = site.get(path, **headers)
        took.append(time.monotonic() - began)
        if not found or b'type="password"' in found:
            raise SystemExit(f"nothing at {path}, or a door")
    return statistics.median(took[3:])


if __name__ == "__main__":
    sys.exit(main())
