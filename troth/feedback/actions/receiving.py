"""Take what a stranger wrote: once for one form, sealed before it is written."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from troth.components.queries.labels import labels
from troth.core.ids import new_id
from troth.feedback.models import Report
from troth.feedback.queries import CHANNEL, reply_within
from troth.feedback.rules import Kind
from troth.feedback.sealing import sealed
from troth.people.keyed import address_digest, digest
from troth.people.rules.addresses import normal, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a form says. `form` names that very form as it was shown, `household` the network."""

    kind: Kind
    text: str
    language: str
    component: str = ""
    address: str = ""
    household: str = ""
    form: str = ""

    @property
    def token(self) -> str:
        """Return the same for the same form sent twice."""
        return digest("report", self.household, self.form, self.kind, self.component, self.text,
                      self.address)  # fmt: skip


def is_known(written: Written) -> bool:
    """Return whether this very form was taken already."""
    return Report.objects.filter(token=written.token).exists()


@transaction.atomic
def report(written: Written, *, now: datetime) -> Report:
    """Keep a report, and begin the time in which we promise to answer where there is an address.

    The same form again changes nothing and returns what was kept. Raises ValueError for what is no
    mail address.
    """
    uid, within = new_id("rep"), reply_within()
    address = normal(CHANNEL, written.address) if written.address else ""
    known = labels({written.component}) if written.component else {}
    row = Report(
        uid=uid, token=written.token, kind=written.kind.value, language=written.language,
        component=written.component if written.component in known else "",
        touchpoint=known[written.component].slug if written.component in known else "",
        text=sealed(written.text, label=f"{uid}/text"),
        address=sealed(address, label=f"{uid}/address"),
        digest=address_digest(CHANNEL, address) if address else "",
        shown=shown(address) if address else "",
        origin=digest("report from", written.household) if written.household else "",
        created_at=now, due_at=now + within if address and within else None,
    )  # fmt: skip
    Report.objects.bulk_create([row], ignore_conflicts=True)
    return Report.objects.get(token=written.token)
