"""The words of each channel: our own in place of the shipped, seen before anybody gets them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods

from troth.core import clock
from troth.notify import catalogue, proving
from troth.notify.actions.wordings import WordingsError, reword_all
from troth.notify.channel import Channel, Shape
from troth.notify.forms.wording import SHAPES, PlaceForm, WordingForm
from troth.notify.queries.wordings import in_force
from troth.notify.rules import labels, samples, saying
from troth.notify.rules.differing import Line, lines
from troth.notify.rules.events import Event
from troth.notify.wording import PARTS, Place, Wordings, shipped
from troth.staff.access import person, requires
from troth.ui.headers import POLICY

# The mail's own inline styles may show in our frame; scripts, forms and requests may not.
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which template the address names."""

    shape: Shape
    event: str
    language: str
    channel: str = ""  # in which it is seen; "": the one with the least room

    def place(self, part: str) -> Place:
        return self.shape.value, part, self.event, self.language

    @property
    def url(self) -> str:
        query = QueryDict(mutable=True)
        query.update({"shape": self.shape.value, "event": self.event, "language": self.language})
        if self.channel:
            query["channel"] = self.channel
        return f"{reverse('messages:words')}?{query.urlencode()}"

    @property
    def html_url(self) -> str:
        return self.url.replace(reverse("messages:words"), reverse("messages:words_html"), 1)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("editor")
def edit(request: HttpRequest) -> HttpResponse:
    """Show a template beside what it makes of a story; keep it, or go back to the shipped one."""
    asked, kept = _asked(request), in_force()
    if request.method == "POST" and "shipped" in request.POST:
        return _given_back(request, asked)
    form = WordingForm(request.POST or None, shape=asked.shape, initial=_texts(asked, kept))
    if form.is_valid() and "keep" in request.POST and _kept(request, form, asked, kept):
        messages.success(request, "These words are used from now on.")
        return redirect(asked.url)
    written = form.cleaned_data if form.is_bound and form.is_valid() else {}
    context = {
        "form": form,
        "asked": asked,
        "place": PlaceForm(
            channels=[(key, one.label) for key, one in _channels(asked.shape).items()],
            initial={"shape": asked.shape.value, "event": asked.event,
                     "language": asked.language, "channel": _seen_in(asked)[0]},
        ),
        "channel": _seen_in(asked)[1],
        "changes": _changes(asked, {**_texts(asked, kept), **written}),
        "own": [part for part in PARTS[asked.shape] if asked.place(part) in kept.texts],
        "previews": _previews(asked, _with(kept, asked, written)),
        "names": saying.NAMES,
        "word": SHAPES[asked.shape],
    }  # fmt: skip
    status = 422 if form.errors else 200
    response = render(request, "notify/desk/words.html", context, status=status)
    response.headers["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'"
    return response


@xframe_options_sameorigin
@require_http_methods(["GET", "HEAD", "POST"])
@requires("editor")
def html(request: HttpRequest) -> HttpResponse:
    """Show a mail as HTML with its own styles and nothing else: as written, or as in force."""
    asked, kept = _asked(request), in_force()
    form = WordingForm(request.POST or None, shape=asked.shape)
    written = form.cleaned_data if form.is_bound and form.is_valid() else {}
    _name, shown = _previews(asked, _with(kept, asked, written))[0]
    response = HttpResponse(shown.words.html or "This shape has no HTML.")
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    return response


def _asked(request: HttpRequest) -> Asked:
    """Read which template is meant; what is unknown is the usual."""
    given = request.GET
    shape, language = given.get("shape", ""), given.get("language", "")
    event, channel = given.get("event", ""), given.get("channel", "")
    known = Shape(shape) if shape in {one.value for one in SHAPES} else Shape.MAIL
    return Asked(
        shape=known,
        event=event if event in set(Event) else "",
        language=language if language in labels.LANGUAGES else labels.LANGUAGES[0],
        channel=channel if channel in _channels(known) else "",
    )


def _texts(asked: Asked, kept: Wordings) -> dict[str, str]:
    return {
        part: kept.texts.get(asked.place(part)) or shipped(asked.shape, part, asked.language)
        for part in PARTS[asked.shape]
    }


def _kept(request: HttpRequest, form: WordingForm, asked: Asked, kept: Wordings) -> bool:
    """Keep the parts that differ from what is in force, all or none; say which is refused."""
    before, texts = _texts(asked, kept), {}
    for part, written in form.cleaned_data.items():
        text = written.replace("\r\n", "\n").strip()
        if text != before[part].strip():
            is_shipped = text == shipped(asked.shape, part, asked.language).strip()
            texts[asked.place(part)] = "" if is_shipped else text
    try:
        reword_all(texts=texts, author=person(request), now=clock.now())
    except WordingsError as error:
        for part, problem in error.problems.items():
            form.add_error(part, str(problem))
        return False
    return True


def _given_back(request: HttpRequest, asked: Asked) -> HttpResponse:
    texts = {asked.place(part): "" for part in PARTS[asked.shape]}
    reword_all(texts=texts, author=person(request), now=clock.now())
    messages.success(request, "The shipped words are used from now on.")
    return redirect(asked.url)


def _with(kept: Wordings, asked: Asked, written: dict[str, str]) -> Wordings:
    """Return what would be in force with what is written in the form."""
    texts = {asked.place(part): text.replace("\r\n", "\n") for part, text in written.items()}
    return replace(kept, texts={**kept.texts, **texts})


def _previews(asked: Asked, wordings: Wordings) -> list[tuple[str, proving.Preview]]:
    """Return what a full story and the least of one look like."""
    event, at = Event(asked.event or Event.INCIDENT_UPDATED.value), clock.now()
    base_url = settings.TROTH.base_url
    stories = (
        ("With everything", samples.sample(event, base_url=base_url, at=at)),
        ("With the least", samples.bare(event, base_url=base_url, at=at)),
    )
    channel = _seen_in(asked)[1]
    return [
        (name, proving.preview(story, channel=channel, language=asked.language, wordings=wordings))
        for name, story in stories
    ]


def _channels(shape: Shape) -> dict[str, Channel]:
    return {key: one for key, one in catalogue.all_channels().items() if one.shape is shape}


def _seen_in(asked: Asked) -> tuple[str, Channel]:
    """Return the channel asked for, or that of this shape with the least room."""
    known = _channels(asked.shape)
    if asked.channel:
        return asked.channel, known[asked.channel]
    return min(known.items(), key=lambda one: one[1].limit or 10**9)


def _changes(asked: Asked, texts: Mapping[str, str]) -> list[tuple[str, list[Line]]]:
    """Return each part that is not as shipped, line by line."""
    both = (
        (part, shipped(asked.shape, part, asked.language), text) for part, text in texts.items()
    )
    found = [
        (part, lines(was, now.replace("\r\n", "\n"))) for part, was, now in both if now.strip()
    ]
    return [(part, found_) for part, found_ in found if not all(one.is_kept for one in found_)]
