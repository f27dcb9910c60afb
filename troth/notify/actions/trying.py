"""A test message to one subscription: it goes whatever the subscription asks for."""

from datetime import datetime

import msgspec
from django.conf import settings

from troth.core.ids import new_id
from troth.notify.actions.telling import tell
from troth.notify.models import Subscription, Telling
from troth.notify.rules import samples


def send_test(*, subscription: Subscription, by: str, now: datetime) -> Telling:
    """Queue a test message. One that arrives frees an endpoint from its quarantine."""
    house = settings.TROTH
    story = samples.trial(base_url=house.base_url, at=now, organisation=house.organisation)
    story = msgspec.structs.replace(story, about=f"test:{new_id('tst')}", is_urgent=True)
    return tell(story=story, by=by, now=now, only=[subscription.uid])
