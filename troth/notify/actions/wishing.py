from troth.notify.models import SubscribedPart, Subscription
from troth.notify.queries.readers import LIVE
from troth.notify.rules.events import Purpose, events_of
from troth.notify.rules.wishes import Wish


def write_wish(subscription: Subscription, wish: Wish) -> Subscription:
    """Write what a reader wishes into the row and its parts. The language is the contact's."""
    subscription.events = wish.events
    subscription.floor = int(wish.floor)
    subscription.has_parts = bool(wish.keys)
    subscription.pace = wish.pace
    subscription.quiet_from, subscription.quiet_until = wish.quiet_from, wish.quiet_until
    subscription.page, subscription.audience = wish.page, wish.audience
    is_new = subscription.pk is None
    subscription.save()
    if not is_new:
        subscription.parts.exclude(key__in=wish.keys).delete()
    SubscribedPart.objects.bulk_create(
        [SubscribedPart(subscription=subscription, key=key) for key in wish.keys],
        ignore_conflicts=True,
    )
    return subscription


def purposes_of_others(subscription: Subscription) -> frozenset[Purpose]:
    """Return what the same reader's other subscriptions are for."""
    others = Subscription.objects.filter(contact=subscription.contact_id, state__in=LIVE)
    masks = others.exclude(pk=subscription.pk).values_list("events", flat=True)
    return frozenset(event.purpose for mask in masks for event in events_of(mask))
