"""Which messages go together: a digest is one message, and so is a burst. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from troth.notify.rules.retrying import DIGEST, PLAIN

BURST: Final = 3  # messages due for one reader at the same time
MOST: Final = 50  # stories in one message


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message of a reader that is due; `id` grows in the order of telling."""

    id: int
    priority: int
    tries: int


def joined(first: Waiting, others: Sequence[Waiting]) -> list[int]:
    """Return the ids of the others that are told within the first one's message, in order.

    Digests always go together, others from three on; what is urgent goes alone, and so does what
    was tried before: the other side may hold it already.
    """
    if first.tries or first.priority not in (PLAIN, DIGEST):
        return []
    same = [one.id for one in others if one.priority == first.priority and not one.tries]
    if first.priority == PLAIN and len(same) + 1 < BURST:
        return []
    return sorted(same)[: MOST - 1]
