"""The installations that bench/status.py measures, built through the public actions alone.

    python bench/towns.py crowd|archive              into the data folder that TROTH_DATA names
    python bench/towns.py SECONDS work               a worker whose clock is so much ahead

`crowd`: 500 components in 50 groups, 90 days of history, 20 open incidents. `archive`: 10,000
incidents of five years on 40 components. Prints what a measurement needs to know, as JSON.
"""

import json
import os
import random
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troth.config.settings")
import django  # noqa: E402 - the checkout comes first

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from troth.components import actions as components  # noqa: E402
from troth.components.rules.documents import ComponentTerms, GroupTerms  # noqa: E402
from troth.components.rules.results import Status  # noqa: E402
from troth.config import apart  # noqa: E402
from troth.config.verbs.work import work  # noqa: E402
from troth.core import clock  # noqa: E402
from troth.incidents import actions as incidents  # noqa: E402
from troth.incidents.actions import History, Message, Opening  # noqa: E402
from troth.incidents.rules.results import State  # noqa: E402
from troth.promises import actions as promises  # noqa: E402
from troth.staff.actions import tokens  # noqa: E402
from troth.staff.models import User  # noqa: E402

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BY = "bench"
PARTS = ("Checkout", "Search", "Login", "Mail", "Reports", "Uploads", "Billing", "Maps", "API",
         "Archive")  # fmt: skip
PLACES = ("Frankfurt", "Paris", "Dublin", "Madrid", "Milan", "Oslo", "Vienna", "Zurich", "Prague",
          "Warsaw")  # fmt: skip
ILL = (Status.DEGRADED, Status.PARTIAL, Status.MAJOR)
WRITTEN = (
    "We are looking into requests that fail or take longer than they should.",
    "We found the cause: a change of yesterday evening made one of our stores refuse writes.",
    "It is mended and we are watching. Orders that were refused can be sent again.",
    "All is as it should be. No data was lost; what waited in the queue has been worked off.",
)
FACTS = {"problem": "Requests fail with an error 503.", "affects": "Customers of this place.",
         "workaround": "Try again in some minutes."}  # fmt: skip


def main() -> int:
    if sys.argv[2:]:
        return _work(float(sys.argv[1]), sys.argv[3:])
    call_command("migrate", interactive=False, verbosity=0)
    told = {"crowd": crowd, "archive": archive}[sys.argv[1]](clock.now())
    print(json.dumps({**told, "token": _token(), "session": _session()}))
    return 0


def _work(seconds: float, options: list[str]) -> int:
    """Run a worker whose clock is ahead: how a day ends need not be waited for."""
    read, ahead = clock.now, timedelta(seconds=seconds)
    clock.now = lambda: read() + ahead
    apart.COMMAND = (sys.executable, __file__, f"{seconds}", "work", "--alone")
    work.main(options, standalone_mode=False)
    return 0


def crowd(now: datetime) -> dict[str, object]:
    """500 components: each had about two troubles in 90 days, 20 have one now."""
    chance = random.Random(500)
    uids = _components(now, 500, now - 100 * DAY)
    _record(_told(chance, uids, now, 90 * DAY, 600))
    opened = []
    for number in range(20):
        impacts = {uids[number * 25]: ILL[number % 3], uids[number * 25 + 1]: Status.DEGRADED}
        message = Message(body=WRITTEN[0], impacts=impacts, **FACTS)
        name = f"{PLACES[number % 10]}: requests fail, {number + 1}"
        began = now - timedelta(minutes=7 * number)
        opening = Opening(name=name, message=message, started_at=began)
        opened.append(incidents.open_(opening=opening, by=BY, now=now, publish=True).uid)
    _promises(now)
    return {"open": opened}


def archive(now: datetime) -> dict[str, object]:
    """10,000 incidents of five years: five or six a day, of which one is open."""
    chance = random.Random(10_000)
    uids = _components(now, 40, now - 5 * 365 * DAY)
    _record(_told(chance, uids, now, 5 * 365 * DAY, 10_000))
    message = Message(body=WRITTEN[0], impacts={uids[0]: Status.MAJOR}, **FACTS)
    opening = Opening(name="Paris: requests fail", message=message)
    row = incidents.open_(opening=opening, by=BY, now=now, publish=True)
    _promises(now)
    return {"open": [row.uid]}


def _components(now: datetime, count: int, since: datetime) -> list[str]:
    uids = []
    with transaction.atomic():
        for number in range(count):
            place, part = divmod(number, 10)
            town = PLACES[place % 10]
            group = f"{town.lower()}-{place}"
            if part == 0:
                terms = GroupTerms(slug=group, name=f"{town} {place // 10 + 1}", position=place)
                components.declare_group(terms=terms, by=BY, now=now)
            name = PARTS[part]
            one = ComponentTerms(slug=f"{name.lower()}-{place}", name=f"{name} {place + 1}",
                                 group=group, position=part, start_date=since.date())  # fmt: skip
            uids.append(components.declare_component(terms=one, by=BY, now=now).uid)
    return uids


def _told(
    chance: random.Random, uids: Sequence[str], now: datetime, span: timedelta, count: int
) -> Iterator[History]:
    """Yield incidents that are over, oldest first: four messages each, one to three components."""
    for number in range(count):
        began = now - span + (span - DAY) * number / count
        lasted = timedelta(minutes=chance.choice((4, 11, 35, 90, 240)))
        hurt = chance.sample(list(uids), chance.choice((1, 1, 1, 2, 3)))
        states = (State.INVESTIGATING, State.IDENTIFIED, State.MONITORING, State.RESOLVED)
        told = chance.choice(ILL)
        said = tuple(
            Message(body=text, state=state, at=began + lasted * step / 3,
                    impacts=dict.fromkeys(hurt, told) if step == 0 else {}, **FACTS)
            for step, (text, state) in enumerate(zip(WRITTEN, states, strict=True))
        )  # fmt: skip
        yield History(name=f"{chance.choice(PLACES)}: {chance.choice(PARTS).lower()} fails",
                      messages=said, started_at=began, ended_at=began + lasted,
                      source="bench", source_id=f"{number}")  # fmt: skip


def _record(some: Iterator[History]) -> None:
    now = clock.now()
    while True:
        with transaction.atomic():
            part = [history for _number, history in zip(range(100), some, strict=False)]
            for history in part:
                incidents.record(history=history, by=BY, now=now)
        if not part:
            return


def _promises(now: datetime) -> None:
    """Promise the uptime of all services together: what a page has beside its components."""
    for number, target in enumerate(("99.5%", "99%", "95%")):
        spec = {
            "text": "Our services are there.", "evaluator": "event", "target": target,
            "signals": {"kind": "component.time", "where": "outcome <> 'none'"},
            "good": "outcome = 'up'", "windows": ["28d", "90d"],
        }  # fmt: skip
        document = {"metadata": {"name": f"there-{number}", "displayName": f"There {number}"},
                    "spec": spec}  # fmt: skip
        promises.declare(spec=document, author=BY, reason="", now=now)


def _token() -> str:
    now = clock.now()
    issued = tokens.issue(name="bench", scopes=["read", "write"], expires_at=now + DAY, now=now)
    return issued.text


def _session() -> str:
    """Sign an owner in and return the key of the session."""
    owner = User(email="bench@example.org", name="Bench", role="owner", joined_at=clock.now())
    owner.set_unusable_password()
    owner.save()
    store = SessionStore()
    store[SESSION_KEY] = str(owner.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = owner.get_session_auth_hash()
    store.save()
    return str(store.session_key)


if __name__ == "__main__":
    sys.exit(main())
