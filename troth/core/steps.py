"""Named steps of durable work: the places where a crash is injected by the tests.

Each place that could die half-way calls `reached("seal.file-written")`. The names are enumerated
here, so that a new step without its crash test fails: the crash suite is parametrised over `STEPS`.
Nothing happens unless the variable TROTH_CRASH_AT names the step; then the process kills itself
with SIGKILL, as a power cut or the kernel's memory killer would.
"""

import os
import signal

STEPS: tuple[str, ...] = (
    "accept.payload-built",
    "accept.row-written",
    "accept.committed",
    "seal.rows-read",
    "seal.file-written",
    "seal.file-synced",
    "seal.manifest-written",
    "seal.committed",
    "tally.marked",
    "tally.counted",
    "tally.written",
    "tally.committed",
    "compact.file-written",
    "compact.file-synced",
    "compact.manifest-swapped",
    "compact.committed",
    "compact.old-files-removed",
    "evaluate.computed",
    "evaluate.written",
    "evaluate.committed",
    "judge.computed",
    "judge.written",
    "judge.committed",
    "publish.rendered",
    "publish.files-written",
    "publish.swapped",
    "publish.old-removed",
    "tell.read",
    "tell.sent",
    "tell.marked",
    "mail.read",
    "mail.kept",
    "notify.told",
    "notify.chunk-written",
    "notify.claimed",
    "notify.rendered",
    "notify.leaving",
    "notify.handed-over",
    "notify.receipted",
)
_KNOWN = frozenset(STEPS)
_CRASH_AT = os.environ.get("TROTH_CRASH_AT", "")


def reached(step: str) -> None:
    """Say that `step` is reached. An unknown name is a mistake in the code and raises KeyError."""
    if step not in _KNOWN:
        raise KeyError(step)
    if step == _CRASH_AT:
        os.kill(os.getpid(), signal.SIGKILL)
