"""A story in every channel and language: what the screens of a draft and of a told one share."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from troth.core import clock
from troth.notify import catalogue, previewing, proving
from troth.notify.queries.wordings import in_force
from troth.notify.rules.story import Story
from troth.notify.views.words import MAIL_POLICY
from troth.ui.headers import POLICY


def said(request: HttpRequest, story: Story, mail_url: str) -> dict[str, Any]:
    """Return a story in the channels and languages that the address asks for; all of them else."""
    language, channel = request.GET.get("language", ""), request.GET.get("channel", "")
    known, spoken = catalogue.all_channels(), previewing.languages()
    wanted = [channel] if channel in known else list(known)
    chosen = [language] if language in spoken else list(spoken)
    shown = previewing.in_channels(
        story, wordings=in_force(), wanted=wanted, spoken=chosen, at=clock.now()
    )
    return {
        "shown": shown, "channels": known, "channel": channel, "languages": spoken,
        "language": language, "mail_url": mail_url,
    }  # fmt: skip


def as_mail(request: HttpRequest, story: Story) -> HttpResponse:
    """Return the mail of a story as HTML, in one language, for a frame of ours."""
    language = request.GET.get("language", "")
    spoken = language if language in settings.TROTH.languages else settings.TROTH.languages[0]
    channel = catalogue.all_channels()["email"]
    shown = proving.preview(story, channel=channel, language=spoken, wordings=in_force())
    answer = HttpResponse(shown.words.html)
    answer.headers["Content-Security-Policy"] = MAIL_POLICY
    return answer


def framing(answer: HttpResponse) -> HttpResponse:
    """Let a screen show the mail in a frame of its own."""
    answer.headers["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'"
    return answer
