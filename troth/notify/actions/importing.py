"""Subscribers of another page, or of a backup: brought in chunks, each one transaction.

A line is brought with its proof of consent, or its address is asked. What is here already stays as
its reader left it: importing the same file again changes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from django.db import DatabaseError, DataError, IntegrityError, transaction

from troth.core.ids import new_id
from troth.notify import catalogue, topics
from troth.notify.actions.asking import ask
from troth.notify.actions.owning import own
from troth.notify.incoming.brought import Brought, Line
from troth.notify.models import SubscribedPart, Subscription, Suppression
from troth.notify.rules.wishes import Wish, checked
from troth.people import actions as people
from troth.people.actions import Word

CHUNK: Final = 500
MOST_TOLD: Final = 1_000  # refused lines that the report names


@dataclass(slots=True)
class Report:
    """How many lines were brought, asked, known, left since, ended, or refused, and why.

    `stopped` says at which line and why it could not go on; what stands before that line is kept.
    """

    counts: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[int, str]] = field(default_factory=list)
    stopped: tuple[int, str] | None = None

    def refuse(self, number: int, reason: str) -> None:
        self.counts["refused"] += 1
        if len(self.refused) < MOST_TOLD:
            self.refused.append((number, reason))

    def copied(self) -> "Report":
        return Report(Counter(self.counts), list(self.refused))

    def become(self, other: "Report") -> None:
        self.counts, self.refused = other.counts, other.refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Whence the lines come; `stated` is what staff say the proof of lines without one is."""

    name: str
    by: str
    stated: str = ""


@dataclass(frozen=True, slots=True)
class _Taken:
    number: int
    brought: Brought
    address: str
    wish: Wish


def import_subscribers(
    *, lines: Iterable[Line], origin: Origin, now: datetime, dry_run: bool = False
) -> Report:
    """Bring every line that can be; report the others, and where it had to stop."""
    report, bringing, place = Report(), _Bringing(origin, now), 1
    try:
        for chunk in _chunks(lines):
            place = chunk[0].number
            _bring_chunk(bringing, chunk, report, dry_run=dry_run)
            place = chunk[-1].number + 1
    except DatabaseError as error:
        report.stopped = (place, str(error)[:200])
    except KeyboardInterrupt:
        report.stopped = (place, "it was broken off")
    return report


def _bring_chunk(
    bringing: "_Bringing", chunk: Sequence[Line], report: Report, *, dry_run: bool
) -> None:
    """Bring a chunk; if the database does not take it, line by line, and name the one."""
    found = report.copied()
    try:
        with transaction.atomic():
            bringing.bring(chunk, found)
            if dry_run:
                transaction.set_rollback(True)
    except (DataError, IntegrityError) as error:
        if len(chunk) > 1:
            for line in chunk:
                _bring_chunk(bringing, [line], report, dry_run=dry_run)
            return
        found = report.copied()
        found.refuse(chunk[0].number, f"the database does not keep it: {str(error)[:200]}")
    report.become(found)


def _chunks(lines: Iterable[Line]) -> Iterator[list[Line]]:
    chunk: list[Line] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


class _Bringing:
    def __init__(self, origin: Origin, now: datetime) -> None:
        self.origin, self.now = origin, now
        self.places = topics.places()
        self.keys: dict[str, dict[str, str]] = {}  # page → name or id → key

    def bring(self, chunk: Sequence[Line], report: Report) -> None:
        taken: dict[str, dict[str, _Taken]] = {}
        for line in chunk:
            if one := self._taken(line, report):
                of_channel = taken.setdefault(one.brought.channel, {})
                report.counts["known"] += one.address in of_channel
                of_channel.setdefault(one.address, one)
        for channel, rows in taken.items():
            self._bring(channel, rows, report)

    def _taken(self, line: Line, report: Report) -> _Taken | None:
        """Return a line that can be brought."""
        found = line.brought
        if found is None:
            report.refuse(line.number, line.problem)
            return None
        if found.has_ended:
            report.counts["ended"] += 1
            return None
        try:
            wish = checked(
                replace(found.wish, keys=self._keys(found), audience=self._audience(found))
            )
            return _Taken(line.number, found, catalogue.address(found.channel, found.address), wish)
        except (ValueError, catalogue.SettingsError) as error:
            report.refuse(line.number, str(error))
            return None

    def _audience(self, found: Brought) -> str:
        """Return the audience of the page, where the line names none. Raises ValueError."""
        place = self.places.get(found.wish.page)
        if place is None:
            raise ValueError(f"there is no page “{found.wish.page[:60]}” here")
        return found.wish.audience or place.audience

    def _keys(self, found: Brought) -> tuple[str, ...]:
        """Return the keys of parts named by key, id or name. Raises ValueError."""
        page = found.wish.page
        if page not in self.keys:
            self.keys[page] = _known_keys(page)
        known, keys = self.keys[page], []
        for part in found.parts:
            key = known.get(part) or known.get(part.strip().lower())
            if key is None:
                raise ValueError(f"there is no part “{part[:60]}” here")
            keys.append(key)
        return tuple(keys)

    def _bring(self, channel: str, rows: Mapping[str, _Taken], report: Report) -> None:
        wanted = {one.address: (one.wish.language, one.wish.zone) for one in rows.values()}
        contacts = people.know_all(channel=channel, wanted=wanted, now=self.now)
        there = _there([contact.pk for contact in contacts.values()])
        alone = set(
            Suppression.objects.filter(
                channel=channel,
                digest__in=[contact.digest for contact in contacts.values()],
                lifted_at=None,
            ).values_list("digest", flat=True)
        )
        fresh: list[tuple[_Taken, Subscription]] = []
        for address, one in rows.items():
            contact = contacts[address]
            if contact.digest in alone:
                report.refuse(one.number, "this address is left alone: it bounced or complained")
            elif (state := there.get((contact.pk, one.wish.page))) is not None:
                report.counts["left" if state == Subscription.ENDED else "known"] += 1
            else:
                fresh.append((one, self._subscription(one, contact)))
        self._write(fresh, report)

    def _subscription(self, one: _Taken, contact: Any) -> Subscription:  # noqa: ANN401 - a people.Contact
        wish, has_proof = one.wish, self._is_proven(one)
        row = Subscription(
            uid=new_id("sub"), contact=contact, page=wish.page, audience=wish.audience,
            state=self._state(one),
            events=wish.events, floor=int(wish.floor), has_parts=bool(wish.keys), pace=wish.pace,
            quiet_from=wish.quiet_from, quiet_until=wish.quiet_until, asked_at=self.now,
            confirmed_at=self.now if has_proof else None,
            proof={} if has_proof else {
                "how": "import", "from": self.origin.name, "at": self.now.isoformat(),
                "wants_language": wish.language, "wants_zone": wish.zone,
            },
        )  # fmt: skip
        if one.brought.owner:
            with suppress(catalogue.SettingsError):  # without it nobody is told
                own(subscription=row, address=one.brought.owner, now=self.now)
        return row

    def _state(self, one: _Taken) -> str:
        if not self._is_proven(one):
            return Subscription.ASKED
        return Subscription.PAUSED if one.brought.is_paused else Subscription.ACTIVE

    def _is_proven(self, one: _Taken) -> bool:
        given = any(word.get("given") is not False for word in one.brought.consents)
        return given or bool(self.origin.stated and not one.brought.consents)

    def _write(self, fresh: list[tuple[_Taken, Subscription]], report: Report) -> None:
        Subscription.objects.bulk_create([row for _one, row in fresh])
        SubscribedPart.objects.bulk_create(
            SubscribedPart(subscription=row, key=key) for one, row in fresh for key in one.wish.keys
        )
        proven = [(one, row) for one, row in fresh if row.state != Subscription.ASKED]
        people.bring(words=[word for one, row in proven for word in self._words(one, row)])
        report.counts["brought"] += len(proven)
        for one, row in fresh:
            if row.state == Subscription.ASKED:
                ask(subscription=row, language=one.wish.language, now=self.now)
                report.counts["asked"] += 1

    def _words(self, one: _Taken, row: Subscription) -> Iterator[Word]:
        """Yield the proofs of a line: each purpose by its own, or all by the same."""
        brought = {"from": self.origin.name, "imported_at": self.now.isoformat()}
        if self.origin.stated and not one.brought.consents:
            brought["stated"] = self.origin.stated
        for consent in one.brought.consents or ({},):
            self._keep_statement(consent)
            said = {key: value for key, value in consent.items() if key != "statements"}
            purposes = [str(said["purpose"])[:20]] if "purpose" in said else one.wish.purposes
            for purpose in purposes:
                yield Word(
                    contact=row.contact, purpose=str(purpose), how="import",
                    is_given=said.get("given") is not False,
                    at=min(_instant(said.get("at")) or self.now, self.now),
                    proof={**brought, **({"was": said} if said else {})}, by=self.origin.by,
                )  # fmt: skip

    def _keep_statement(self, consent: Mapping[str, Any]) -> None:
        found = consent.get("statements")
        for one in found if isinstance(found, list) else []:
            if isinstance(one, Mapping) and one.get("text"):
                people.state(
                    text=str(one["text"])[:5_000],
                    language=str(one.get("language", "en"))[:10],
                    now=self.now,
                )


def _known_keys(page: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for topic in topics.of(page, "en"):
        found.setdefault(topic.name.lower(), topic.key)
        found[topic.key] = found[topic.key.partition(":")[2]] = topic.key
    return found


def _there(contacts: list[int]) -> dict[tuple[int, str], str]:
    """Return (contact, page) → the state of what is there, a live one before an ended one."""
    rows = Subscription.objects.filter(contact__in=contacts, is_ours=False)
    found: dict[tuple[int, str], str] = {}
    for contact, page, state in rows.values_list("contact_id", "page", "state"):
        key = (contact, page)
        if found.get(key, Subscription.ENDED) == Subscription.ENDED:
            found[key] = state
    return found


def _instant(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
