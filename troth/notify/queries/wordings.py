"""Our own templates in force."""

from django.db.models import Max

from troth.notify.models import Wording
from troth.notify.wording import Place, Wordings


def in_force() -> Wordings:
    """Return the newest template of each place; those given back to the shipped ones are not."""
    newest = Wording.objects.values("shape", "part", "event", "language").annotate(last=Max("id"))
    rows = Wording.objects.filter(pk__in=[one["last"] for one in newest])
    texts: dict[Place, str] = {}
    version = 0
    for row in rows:
        version = max(version, row.pk)
        if row.text:
            texts[row.shape, row.part, row.event, row.language] = row.text
    return Wordings(texts=texts, version=version)


def version() -> int:
    """Return the version of what is in force: another one whenever it changes."""
    return Wording.objects.aggregate(last=Max("id"))["last"] or 0
