"""What is sealed of a report, and how it opens again."""

from troth.core.sealing import Box
from troth.feedback.models import Report, Step

BOX = Box("troth feedback 1")


def words_of(report: Report) -> str:
    """Return what somebody wrote; nothing where it was forgotten."""
    return _opened(report.text, f"{report.uid}/text")


def address_of(report: Report) -> str:
    return _opened(report.address, f"{report.uid}/address")


def words_of_step(step: Step, *, uid: str) -> str:
    return _opened(step.text, f"{uid}/{step.number}")


def sealed(text: str, *, label: str) -> bytes:
    return BOX.seal(text.encode(), label=label) if text else b""


def _opened(text: bytes | memoryview, label: str) -> str:
    return BOX.opened(text, label=label).decode() if text else ""
