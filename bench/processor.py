"""What a process and its children cost in processor time; PostgreSQL's server among them. Linux."""

import contextlib
import os
from functools import cache
from pathlib import Path


@cache
def server():
    """Return the process id of our PostgreSQL server; 0 where there is none."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(fields(cursor.fetchone()[0])[1])


def processor(pid):
    """Return seconds of processor time of a process and its children, ended or not."""
    while pid:
        ended, mine = fields(pid)[13:15], [fields(pid)[11:15]]
        for one in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                found = fields(one.name)
                if int(found[1]) == pid:
                    mine.append(found[11:13])
        if fields(pid)[13:15] == ended:  # else one ended meanwhile
            return sum(int(ticks) for some in mine for ticks in some) / os.sysconf("SC_CLK_TCK")
    return 0.0


def machine():
    """Return seconds of processor time that everything here took so far, and that there were."""
    ticks = [int(one) for one in Path("/proc/stat").read_text(encoding="utf-8").split()[1:9]]
    second = os.sysconf("SC_CLK_TCK")
    return (sum(ticks) - ticks[3] - ticks[4]) / second, sum(ticks) / second


def fields(pid):
    """Return the fields of /proc/PID/stat after the name: state, parent, …, utime is the 12th."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
