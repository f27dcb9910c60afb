"""A program of your own, whose exit code counts: only where the installation names a folder."""

import asyncio
import contextlib
import os
import re
import signal
import stat
from pathlib import Path
from typing import Annotated, Final

import msgspec

from troth.probes.connecting import Journey
from troth.probes.kind import Finding, Kind, Limits, ProbeError, named
from troth.probes.rules.facts import Missing

_VARIABLE: Final = "TROTH_PROBE_SCRIPTS"
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_MOST: Final = 64_000  # bytes of output that are kept
_ENOUGH: Final = 10_000_000  # bytes of output after which it is ended
_MOST_WORDS: Final = 20
_FAREWELL: Final = 1.0  # seconds that the kernel has to end what was killed
_SHARE: Final = 0.95  # of the time limit; the rest is for ending it
_OTHERS: Final = stat.S_IWOTH


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Annotated[
        str, named("File", f"Its name in the folder {_VARIABLE}.", min_length=1, max_length=100)
    ]
    arguments: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=1_000)]],
        named("Arguments", "One to a line; no shell reads them."),
    ] = []


async def probe(settings: Settings, limits: Limits) -> Finding:
    program = await asyncio.to_thread(_program, settings.name)
    journey = Journey()
    process = await asyncio.create_subprocess_exec(
        program,
        *settings.arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=program.parent,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/nonexistent"},
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(limits.timeout * _SHARE):
            output = await _read(process)
            code = await process.wait()
    finally:
        await _end(process)
    journey.reached("answer")
    return _finding(code, output, limits, journey)


async def _read(process: asyncio.subprocess.Process) -> str:
    """Return the beginning of the output; the rest is read and forgotten, up to a bound."""
    found, seen = bytearray(), 0
    while process.stdout and (part := await process.stdout.read(_MOST)):
        seen += len(part)
        found += part[: _MOST - len(found)]
        if seen > _ENOUGH:
            raise ProbeError(f"it prints more than {_ENOUGH:,} bytes")
    return found.decode("utf-8", "replace")


async def _end(process: asyncio.subprocess.Process) -> None:
    """End it and what it has started, which are a group of their own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001 - a grandchild may hold the pipe
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), _FAREWELL)


def _finding(code: int, output: str, limits: Limits, journey: Journey) -> Finding:
    facts = {"code": code, "output": output.strip(), "json": _json(output)}
    if code < 0:
        error = f"it was ended by signal {-code}"
    else:
        error = "" if code == 0 or limits.wants("code") else f"its exit code is {code}"
    return Finding(facts=facts, phases=journey.phases, error=error, excerpt=output[:2_000])


def _json(output: str) -> object:
    try:
        return msgspec.json.decode(output)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return Missing("the output is no JSON")


def _program(name: str) -> Path:
    """Return the file to run. Raises ProbeError unless it is one that may be run."""
    folder = _folder()
    try:
        found = (folder / name).resolve(strict=True)
        mode, around = found.stat().st_mode, folder.stat().st_mode
    except OSError as error:
        raise ProbeError(f"{_VARIABLE} holds no file of this name") from error
    if found.parent != folder or not stat.S_ISREG(mode):
        raise ProbeError(f"the file is not in {_VARIABLE} itself")
    if (mode | around) & _OTHERS:
        raise ProbeError("everybody may write to the file or its folder, so it is not run")
    if not os.access(found, os.X_OK):
        raise ProbeError("the file may not be executed")
    return found


def _folder() -> Path:
    """Return the folder of this machine's scripts; the server's and each agent's own."""
    named_so = os.environ.get(_VARIABLE, "").strip()
    if not named_so:
        raise ProbeError(f"scripts are switched off here: {_VARIABLE} names no folder")
    try:
        return Path(named_so).expanduser().resolve(strict=True)
    except OSError as error:
        raise ProbeError(f"the folder that {_VARIABLE} names is not there") from error


def _check(settings: Settings) -> None:
    try:
        _folder()
    except ProbeError as error:
        raise ValueError(f"name: {error}") from error
    if not _NAME.fullmatch(settings.name):
        raise ValueError("name: write the name of a file, without a folder")
    if len(settings.arguments) > _MOST_WORDS or any("\0" in one for one in settings.arguments):
        raise ValueError(f"arguments: {_MOST_WORDS} at most, without odd characters")


script = Kind(
    label="Script",
    help="Runs a program out of the folder that the installation names; exit code 0 is well.",
    settings=Settings,
    probe=probe,
    address=lambda settings: f"script:{settings.name}",
    facts={
        "code": "its exit code; takes the place of 0, for example code in [0, 3]",
        "output": "what it printed, 64 kB at most",
        "json": "the same as JSON, for example json.queue < 100",
    },
    check=_check,
)
