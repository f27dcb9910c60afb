"""Breaches of personal data: report, learn, notify, the register and the letter."""

from typing import Any

from django.http import HttpRequest
from ninja import Schema, Status
from pydantic import Field

from troth.core import clock
from troth.core.moments import Instant
from troth.incidents import actions, queries
from troth.incidents.api import found, schemas
from troth.incidents.api.asked import Asked, OpeningIn, text
from troth.incidents.api.found import READ, WRITE, Token, Uid, router
from troth.incidents.api.schemas import MadeOut
from troth.incidents.rules.publishing import LONGEST
from troth.incidents.rules.results import Kind

_MOST = 10**12


class FindingsIn(Schema):
    facts: str | None = text()
    people: int | None = Field(None, ge=0, le=_MOST, description="Approximately.")
    records: int | None = Field(None, ge=0, le=_MOST)
    scope_note: str | None = text()
    consequences: str | None = text()
    fixes: str | None = text()
    prevention: str | None = text()
    contact: str | None = text(300)
    hotline: str | None = text(100)
    reset_url: str | None = Field(
        None, max_length=500, pattern=r"^https://[A-Za-z0-9.-]+\.[a-z]{2,20}(/[A-Za-z0-9./_-]*)?$"
    )

    def findings(self) -> actions.Findings:
        return actions.Findings(**self.dict())


class ReportIn(OpeningIn):
    """An incident of the kind breach, and when we became aware of it: the 72 hours run."""

    kind: Kind = Kind.BREACH
    aware_at: Instant
    known: FindingsIn | None = None


class LearnedIn(FindingsIn):
    aware_at: Instant | None = None


class NoticeIn(Schema):
    to: str = Field("authority", pattern="^(authority|people)$")
    at: Instant | None = None
    is_final: bool = False
    reference: str = Field("", max_length=200)
    delay_reason: str = Field("", max_length=LONGEST)


class LetterOut(Schema):
    text: str = Field(description="Markdown.")
    revision: str


@router.get("/breaches", response=list[schemas.BreachRowOut], auth=READ)
def list_breaches(request: HttpRequest) -> list[Any]:
    """List the register of breaches (Art. 33 (5) GDPR), the latest first, drafts too."""
    return queries.breach_register(at=clock.now())


@router.get("/breaches/{uid}/letter", response=LetterOut, auth=READ)
def show_letter(request: HttpRequest, uid: Uid) -> LetterOut:
    """Show the letter to the people (Art. 34 GDPR) of a published breach."""
    shown = found.one(uid)
    said = queries.letter(uid, audience=queries.STAFF)
    if said is None:
        raise found.missing(uid)
    return LetterOut(text=said, revision=shown.revision)


@router.post("/breaches", response={201: MadeOut}, auth=WRITE)
def report_breach(request: HttpRequest, asked: ReportIn, token: Token) -> Status[MadeOut]:
    """Report a breach: its clock runs from `aware_at`, draft or public."""
    known = asked.known.findings() if asked.known else actions.Findings()
    row = found.done(
        lambda: actions.report_breach(
            opening=asked.opening(), aware_at=asked.aware_at, findings=known,
            publish=asked.publish, token=token, **Asked(request).both,
        )
    )  # fmt: skip
    return Status(201, found.made(row.uid))


@router.put("/breaches/{uid}", response=MadeOut, auth=WRITE)
def learn_about_breach(request: HttpRequest, uid: Uid, asked: LearnedIn) -> MadeOut:
    """Say what is known by now."""
    known = FindingsIn(**asked.dict(exclude={"aware_at"})).findings()
    found.done(
        lambda: actions.learn(
            uid=uid, findings=known, aware_at=asked.aware_at, **Asked(request).both
        )
    )
    return found.made(uid)


@router.post("/breaches/{uid}/notices", response={201: MadeOut}, auth=WRITE)
def notify_breach(request: HttpRequest, uid: Uid, asked: NoticeIn, token: Token) -> Status[MadeOut]:
    """Record that the authority or the people were told; what a notice lacks is named."""
    both = Asked(request).both
    found.once(token, "notice", lambda: actions.notify_breach(uid=uid, **asked.dict(), **both))
    return Status(201, found.made(uid))
