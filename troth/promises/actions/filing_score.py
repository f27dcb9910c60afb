"""What files say of the score's rules and of integrity events, as steps. Neither is ever pruned."""

from collections.abc import Iterator
from datetime import datetime

from troth.core.documents import Folder, Loaded
from troth.core.filing import Step, planned, step
from troth.core.problems import Problem
from troth.promises.actions.declaring import plain_values
from troth.promises.actions.ruling import declare_rules, sign_event, withdraw_event
from troth.promises.models import IntegrityEvent, ScoreRules
from troth.promises.scoring import documents
from troth.promises.scoring.documents import Signing


def declare_all(folder: Folder, problems: list[Problem]) -> Iterator[Step]:
    """Yield what declaring the rules and events of a folder would do."""
    yield from planned(folder, "ScoreRules", _rules, problems)
    yield from planned(folder, "IntegrityEvent", _event, problems)


def _rules(loaded: Loaded) -> Step:
    plain = plain_values(loaded.document)
    documents.read(plain)
    row = ScoreRules.objects.order_by("-number").first()

    def do(author: str, now: datetime) -> object:
        return declare_rules(spec=plain, author=author, reason="files", now=now)

    return step("ScoreRules", documents.NAME, row.spec if row else None, plain, do)


def _event(loaded: Loaded) -> Step:
    wanted = documents.read_event(loaded.document)
    row = IntegrityEvent.objects.filter(slug=wanted.name).select_related("promise").first()

    def do(author: str, now: datetime) -> object:
        event = row or sign_event(signing=wanted, author=author, now=now)
        if not wanted.withdrawn_why:
            return event
        by = wanted.withdrawn_by
        return withdraw_event(event=event.pk, why=wanted.withdrawn_why, author=by, now=now)

    return step("IntegrityEvent", wanted.name, _kept(row), _values(wanted, row), do)


def _values(wanted: Signing, row: IntegrityEvent | None) -> dict[str, object]:
    """Return what a file can still change: of a signed event only that it is withdrawn."""
    withdrawn = wanted.withdrawn_why or (row.withdrawn_why if row else "")
    return {"name": wanted.name, "withdrawn": withdrawn}


def _kept(row: IntegrityEvent | None) -> dict[str, object] | None:
    return None if row is None else {"name": row.slug, "withdrawn": row.withdrawn_why}
