"""Stories that never happened, to try templates and channels with. Pure."""

from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

from troth.notify.rules.events import Event, Severity
from troth.notify.rules.story import Part, Story

_GERMAN: Final = {
    "title": "Kartenzahlungen an der Kasse schlagen fehl",
    "what": "Etwa jede dritte Kartenzahlung wird abgelehnt.",
    "affects": "Wer mit Karte zahlt",
    "advice": "Zahlen Sie solange auf Rechnung; keine Bestellung geht verloren.",
    "state": "Wir suchen die Ursache",
    "body": "Unser Zahlungsanbieter antwortet spät.\n\nWir wechseln zu einem **zweiten Anbieter**.",
}
_GERMAN_TRIAL: Final = {
    "title": "Das ist eine Probe",
    "state": "Alles ist in Ordnung",
    "what": "{name} erreicht Sie hier. Es ist nichts geschehen, und es ist nichts zu tun.",
}


def sample(event: Event, *, base_url: str, at: datetime, test: str = "") -> Story:
    """Return a story with everything that one can have, in English and German."""
    revision = blake2b(f"{event} {at.isoformat()}".encode(), digest_size=16).hexdigest()
    return Story(
        about=f"sample:{test or event.value}",
        event=event,
        revision=revision,
        title="Card payments fail at the checkout",
        link=f"{base_url}/incidents/inc_01k9sample0000000000000000/",
        what="About one card payment in three is refused.",
        affects="Customers who pay by card",
        since=at - timedelta(minutes=25),
        until=at + timedelta(hours=2),
        advice="Pay by invoice or bank transfer meanwhile; no order is lost.",
        next_at=at + timedelta(minutes=30),
        state="We are investigating",
        body="Our payment provider answers late.\n\nWe are moving to a **second provider**.",
        severity=Severity.MAJOR,
        parts=(
            Part(key="component:checkout", name="Checkout", state="Partial outage"),
            Part(key="component:payments", name="Payments", state="Major outage"),
        ),
        facts=(("Orders so far", "1,204"),),
        translations={"de": _GERMAN},
        data={"sample": True},
    )


def bare(event: Event, *, base_url: str, at: datetime) -> Story:
    """Return a story with nothing but what it must have."""
    full = sample(event, base_url=base_url, at=at)
    return Story(
        about=full.about, event=event, revision=full.revision, title=full.title, link=full.link
    )


def trial(*, base_url: str, at: datetime, organisation: str) -> Story:
    """Return the story that says of itself that it is a test."""
    full = sample(Event.TEST, base_url=base_url, at=at, test=f"{at:%Y%m%d%H%M%S}")
    name = organisation or base_url
    return Story(
        about=full.about,
        event=Event.TEST,
        revision=full.revision,
        title="This is a test",
        state="All is well",
        what=f"{name} can reach you here. Nothing happened, and there is nothing to do.",
        link=f"{base_url}/",
        since=at,
        translations={"de": {**_GERMAN_TRIAL, "what": _GERMAN_TRIAL["what"].format(name=name)}},
        data={"test": True},
    )
