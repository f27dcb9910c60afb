"""Who is to be told of a story: a condition on subscriptions, in SQL that both databases read."""

from dataclasses import dataclass
from typing import Any

import msgspec

from troth.notify import topics
from troth.notify.models import Subscription, Telling
from troth.notify.queries import duty
from troth.notify.queries.raw import places
from troth.notify.rules.events import Event, Purpose
from troth.notify.rules.story import Story, keys_of

# Ask of each row by itself: else PostgreSQL reads the answers for all, a million, for each chunk.
_EACH = "LIMIT 1 OFFSET 0"


@dataclass(frozen=True, slots=True)
class Sql:
    text: str
    values: tuple[Any, ...] = ()


def match(story: Story, telling: Telling, earlier: list[Telling]) -> Sql:
    """Return who is to be told: whoever asked for it, and whoever an earlier one went to.

    A correction goes to the latter alone: to the others it would correct what they never heard.

    What an earlier telling has queued is replaced by this one, whatever the subscription asks for.
    """
    parts = [
        Sql("(s.events & %s) <> 0", (story.event.bit,)),
        Sql("s.floor <= %s", (story.severity,)),
    ]
    if story.pages:
        parts.append(_among("s.page", story.pages))
    if story.audiences:
        parts.append(_of_audiences(story.audiences))
    parts.append(_parts(story))
    parts += _ours(story, telling)
    wanted = Sql(
        " AND ".join(part.text for part in parts),
        tuple(value for part in parts for value in part.values),
    )
    if not earlier:
        return wanted
    went = _went(earlier, everywhere=_is_less(story, telling, earlier))
    if story.is_correction and _is_heard_of(story, telling, earlier[-1]):
        return went
    return Sql(f"({wanted.text}) OR {went.text}", (*wanted.values, *went.values))


def _among(column: str, values: tuple[str, ...]) -> Sql:
    return Sql(f"{column} IN ({places(len(values))})", values)


def _of_audiences(audiences: tuple[str, ...]) -> Sql:
    """Return who belongs to any of them: by their own, or by the page that they subscribed to.

    A page for several audiences shows what any of them may see, so its readers are told of it.
    """
    own = _among("s.audience", audiences)
    pages = topics.pages_for(audiences)
    if not pages:
        return own
    theirs = _among("s.page", pages)
    return Sql(f"({own.text} OR {theirs.text})", (*own.values, *theirs.values))


def _parts(story: Story) -> Sql:
    if story.is_of_all_parts:
        return Sql("1 = 1")
    keys = keys_of(story)
    if not keys:
        return Sql("NOT s.has_parts")
    return Sql(
        "(NOT s.has_parts OR EXISTS (SELECT 1 FROM notify_subscribedpart p WHERE"  # noqa: S608 - places only
        f" p.subscription_id = s.id AND p.key IN ({places(len(keys))}) {_EACH}))",
        keys,
    )


def _ours(story: Story, telling: Telling) -> list[Sql]:
    """Return what holds of our own people: of an alarm hears here whom no step rings."""
    if story.event.purpose is not Purpose.OPERATIONS:
        return []
    if story.event is not Event.ALERT_RAISED:
        return [Sql("s.is_ours")]
    rung = Sql(
        "NOT EXISTS (SELECT 1 FROM notify_delivery r WHERE r.reader_id = s.contact_id"
        " AND r.thread_id = %s AND r.telling_id > %s)",
        (telling.thread_id, telling.pk),
    )
    later = duty.to_be_rung(telling.thread_id)
    yet = [Sql(f"s.uid NOT IN ({places(len(later))})", later)] if later else []
    return [Sql("s.is_ours"), rung, *yet]


def _is_heard_of(story: Story, telling: Telling, last: Telling) -> bool:
    """Return whether all whom a correction concerns were told what it corrects, or chose not to be.

    Not so where it is worse or touches more than was said, or where the last one was cut short.
    """
    if telling.severity > last.severity:
        return False
    if not set(keys_of(msgspec.convert(last.content, Story))).issuperset(keys_of(story)):
        return False
    then = Subscription.objects.filter(confirmed_at__lte=last.told_at)
    return not then.filter(pk__gt=last.cursor).exists()


def _is_less(story: Story, telling: Telling, earlier: list[Telling]) -> bool:
    """Return whether somebody was told more than is true now: they are told of it, too."""
    if story.is_correction or any(one.severity > telling.severity for one in earlier):
        return True
    keys = set(keys_of(story))
    before = (keys_of(msgspec.convert(one.content, Story)) for one in earlier)
    return any(not keys.issuperset(told) for told in before)


def _went(earlier: list[Telling], *, everywhere: bool) -> Sql:
    states = (
        "'queued'"
        if not everywhere
        else ("'queued', 'claimed', 'leaving', 'accepted', 'joined', 'unknown'")
    )
    tellings = tuple(one.pk for one in earlier)
    return Sql(
        "EXISTS (SELECT 1 FROM notify_delivery e WHERE e.reader_id = s.contact_id"  # noqa: S608 - our own words
        f" AND e.telling_id IN ({places(len(tellings))}) AND e.replay_of_id IS NULL"
        f" AND e.state IN ({states}) {_EACH})",
        tellings,
    )
