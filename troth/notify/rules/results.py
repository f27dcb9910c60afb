"""What came of handing a message over. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    """What the other side did with a message."""

    ACCEPTED = "accepted"  # it took it: our part is done
    LATER = "later"  # timeout, 429, 5xx, 4xx of SMTP: try again
    REFUSED = "refused"  # it will never take it
    GONE = "gone"  # nobody is there any more: end the subscription (410, unknown mailbox)
    UNKNOWN = "unknown"  # it left, and the answer did not come


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The other side's answer, in its words. `after` is seconds that it asked us to wait."""

    fate: Fate
    said: str = ""
    after: float | None = None
    receipt: str = ""  # the other side's id of the message
    echo: str = ""  # our challenge, given back
