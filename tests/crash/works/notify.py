"""Tell: whatever dies on the way, each reader is told once, or it is said that nobody knows."""

from collections import Counter
from pathlib import Path

PREFIXES = ("notify",)
READERS = [f"reader{number}@example.org" for number in range(12)]


def _told():
    """Tell everybody of it with a sink of our own, which dies with us."""
    from django.conf import settings

    from tests.notify.outbox import deliver, mail_sink, mailing, reader, story
    from troth.core import clock
    from troth.notify.actions.telling import tell
    from troth.notify.models import Subscription

    known = set(Subscription.objects.values_list("note", flat=True))
    for address in READERS:
        if address not in known:
            reader(address, note=address)
    with mail_sink(Path(settings.TROTH.data_dir)) as sink, mailing(sink.port):
        tell(story=story(), by="Ada", now=clock.now())
        deliver()
        return Counter(sink.readers)


def work():
    _told()


def recover():
    """Go on as the next courier would; then compare what the sink took with what we say."""
    from troth.notify.models import Delivery

    taken = _told()
    rows = dict(Delivery.objects.values_list("subscription__note", "state"))
    assert sorted(rows) == sorted(READERS)
    return {
        "lost": [who for who, state in rows.items() if state == "accepted" and not taken[who]],
        "twice": [who for who in READERS if taken[who] > 1],
        "neither": [who for who, state in rows.items() if state not in ("accepted", "unknown")],
        "unsaid": [who for who, state in rows.items() if state == "unknown" and taken[who] > 1],
    }
