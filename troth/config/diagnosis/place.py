"""Where Troth stands: folders, disk, keys, time zones."""

import os
import shutil
import stat
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from zoneinfo import ZoneInfo

from django.conf import settings

from troth.config.diagnosis.finding import Finding
from troth.config.environment import KEYS

_LITTLE = 1_000_000_000  # bytes of free disk


def folders(*, now: datetime) -> Iterator[Finding]:  # noqa: ARG001 - every look is asked the same way
    for folder in (settings.TROTH.data_dir, settings.TROTH.page_dir):
        if not folder.exists():
            yield Finding("folders", "note", f"{folder} does not exist yet; the start makes it")
        elif not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            yield Finding("folders", "problem", f"{folder} cannot be written: check its owner")
        else:
            yield Finding("folders", "ok", f"{folder} can be read and written")


def disk(*, now: datetime) -> Iterator[Finding]:  # noqa: ARG001
    free = shutil.disk_usage(settings.TROTH.data_dir).free
    text = f"{free / 1e9:.1f} GB free for {settings.TROTH.data_dir}"
    if free < _LITTLE:
        yield Finding("disk", "problem", f"{text}: new signals will soon be refused (507)")
    else:
        yield Finding("disk", "ok", text)


def keys(*, now: datetime) -> Iterator[Finding]:  # noqa: ARG001
    found = 0
    for file in KEYS.values():
        path = settings.TROTH.data_dir / "keys" / file
        if not path.exists():
            continue  # given by a variable
        found += 1
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Finding("keys", "problem", f"others can read {path}: chmod 600 {path}")
    given = len(KEYS) - found
    yield Finding("keys", "ok", f"{found} keys in files, {given} given by variables")


def time_zones(*, now: datetime) -> Iterator[Finding]:
    name = settings.TROTH.time_zone
    local = now.astimezone(ZoneInfo(name))
    yield Finding("time zones", "ok", f"it is {local:%Y-%m-%d %H:%M} in {name}")
    try:
        data = version("tzdata")
    except PackageNotFoundError:
        yield Finding(
            "time zones", "note", "the package tzdata is missing; the system's rules count"
        )
        return
    if int(data.split(".")[0]) < now.year - 1:
        yield Finding("time zones", "note", f"the rules are of {data}: update the package tzdata")
