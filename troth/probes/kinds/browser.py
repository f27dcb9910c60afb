"""A few steps in headless Chromium, as a customer takes them: open, see, click, fill."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import msgspec

from troth.probes.connecting import Journey
from troth.probes.kind import Finding, Kind, Limits, ProbeError, named

_VERBS: Final = ("open", "see", "not see", "click", "fill")
_MOST: Final = 30
_SHOWN: Final = 2_000
_SHARE: Final = 0.75  # of the time limit; the rest is for ending the browser
_GLANCE: Final = 0.4  # seconds for a last look
_AT_ONCE: Final = asyncio.Semaphore(2)  # browsers; others wait, and their time runs
_PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_LACKING: Final = (
    "a browser step needs a library that is not installed: pip install troth[probes-browser]"
)


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    steps: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=1_000)]],
        named(
            "Steps",
            "One to a line: open ADDRESS, see TEXT, not see TEXT, click NAME, fill LABEL: VALUE. "
            "{secret} stands for the secret below.",
        ),
    ]
    secret: Annotated[str, named("Secret", "A password to fill in.", max_length=500)] = ""


async def probe(settings: Settings, limits: Limits) -> Finding:
    journey = Journey()
    console: list[str] = []
    async with _page(limits) as (page, refused):
        page.on("pageerror", lambda error: console.append(str(error)[:200]))
        journey.reached("start")
        done, problem = 0, ""
        until = asyncio.get_running_loop().time() + limits.timeout * _SHARE
        until -= journey.phases["start"]
        for number, step in enumerate(settings.steps, start=1):
            left = until - asyncio.get_running_loop().time()
            problem = await _taken(page, step, settings.secret, left)
            journey.reached(f"step {number}")
            if problem:
                problem = f"step {number}: {refused[0] if refused else problem}"
                break
            done = number
        facts = {"done": done, "errors": console, "title": "", "url": page.url, "text": ""}
        # A page that is gone, or still on its way, tells nothing more.
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_GLANCE):
                facts |= {"title": await page.title(), "text": await page.inner_text("body")}
    excerpt = f"{facts['url']}\n{facts['title']}\n{facts['text']}"[:_SHOWN]
    if settings.secret:
        excerpt = excerpt.replace(settings.secret, "…")
    return Finding(facts=facts, phases=journey.phases, error=problem, excerpt=excerpt)


async def _taken(page: Any, step: str, secret: str, seconds: float) -> str:  # noqa: ANN401 - playwright's
    """Take a step; return what went wrong, in words."""
    from playwright.async_api import Error
    from playwright.async_api import TimeoutError as Waited

    verb, rest = _read(step)
    try:
        await _ACTS[verb](page, rest.replace("{secret}", secret), max(1.0, seconds * 1000))
    except Waited:
        return f"{verb} “{rest[:80]}”: it did not come in time"
    except Error as error:
        return f"{verb} “{rest[:80]}”: {_reason(error.message)}"
    return ""


def _reason(said: str) -> str:
    known = {
        "ERR_NAME_NOT_RESOLVED": "the name does not exist",
        "ERR_CONNECTION_REFUSED": "the connection was refused",
        "ERR_SOCKS_CONNECTION_FAILED": "the connection failed",
        "ERR_EMPTY_RESPONSE": "the connection was closed before the answer was complete",
        "ERR_CERT": "the certificate is not accepted",
        "ERR_INVALID_HTTP_RESPONSE": "the answer is no valid HTTP",
        "strict mode violation": "there are several of this name",
    }
    return next((told for sign, told in known.items() if sign in said), "it failed")


async def _open(page: Any, rest: str, milliseconds: float) -> None:  # noqa: ANN401 - playwright's
    await page.goto(rest, timeout=milliseconds, wait_until="load")


async def _see(page: Any, rest: str, milliseconds: float) -> None:  # noqa: ANN401 - playwright's
    await page.get_by_text(rest).first.wait_for(timeout=milliseconds)


async def _not_see(page: Any, rest: str, milliseconds: float) -> None:  # noqa: ANN401 - playwright's
    await page.get_by_text(rest).first.wait_for(state="hidden", timeout=milliseconds)


async def _click(page: Any, rest: str, milliseconds: float) -> None:  # noqa: ANN401 - playwright's
    button = page.get_by_role("button", name=rest).or_(page.get_by_role("link", name=rest))
    await button.or_(page.get_by_text(rest, exact=True)).first.click(timeout=milliseconds)


async def _fill(page: Any, rest: str, milliseconds: float) -> None:  # noqa: ANN401 - playwright's
    label, _, value = rest.partition(":")
    field = page.get_by_label(label.strip()).or_(page.get_by_placeholder(label.strip()))
    await field.first.fill(value.strip(), timeout=milliseconds)


_ACTS: Final = {"open": _open, "see": _see, "not see": _not_see, "click": _click, "fill": _fill}


@contextlib.asynccontextmanager
async def _page(limits: Limits) -> AsyncIterator[tuple[Any, list[str]]]:
    """Yield a page of a browser of its own, all of whose connections go through the guard."""
    try:
        from playwright.async_api import async_playwright
    except ImportError as error:
        raise ProbeError(_LACKING) from error
    from troth.probes import socks

    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        raise ProbeError("Chromium is not installed: apt-get install chromium")
    async with _AT_ONCE, socks.door(limits) as (port, refused), async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program, args=_arguments(port), timeout=limits.timeout * 1000
        )
        try:
            yield await browser.new_page(accept_downloads=False), refused
        finally:
            await asyncio.shield(browser.close())


def _arguments(port: int) -> list[str]:
    """Return how to start it: nothing is resolved or reached but through our door."""
    found = [
        f"--proxy-server=socks5://127.0.0.1:{port}",
        "--proxy-bypass-list=<-loopback>",
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-dev-shm-usage",
    ]
    return [*found, "--no-sandbox"] if os.geteuid() == 0 else found


def _read(step: str) -> tuple[str, str]:
    """Return verb and the rest. Raises ValueError."""
    for verb in _VERBS:
        if step.startswith(f"{verb} ") and step[len(verb) :].strip():
            return verb, step[len(verb) :].strip()
    raise ValueError(f"steps: “{step[:40]}” begins with none of {', '.join(_VERBS)}")


def _check(settings: Settings) -> None:
    steps = [_read(step) for step in settings.steps]
    if not steps or len(steps) > _MOST or steps[0][0] != "open":
        raise ValueError(f"steps: begin with open; {_MOST} at most")
    for verb, rest in steps:
        if verb == "open" and not _is_address(rest):
            raise ValueError("steps: open a whole address, such as https://shop.example/")
        if verb == "fill" and ":" not in rest:
            raise ValueError("steps: write fill LABEL: VALUE")


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.password


def _host(settings: Settings) -> str:
    return urlsplit(_read(settings.steps[0])[1]).hostname or ""


browser = Kind(
    label="Browser steps",
    help="Opens pages in headless Chromium and does what a customer does; give it 20 s or more.",
    settings=Settings,
    probe=probe,
    address=_host,
    facts={
        "done": "how many steps were taken",
        "title": "the last page's title",
        "url": "its address",
        "text": "its visible text",
        "errors": "what its scripts failed with, for example errors == []",
    },
    secrets=("secret",),
    check=_check,
)
