"""What became of a promise, as the story that readers are told, in every language of the page."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from hashlib import blake2b

from django.utils.translation import gettext as _
from django.utils.translation import override

from troth.notify.rules.events import Event, Severity
from troth.notify.rules.story import Part, Story
from troth.promises.rules.results import FlipRow, Standing, TargetChange, Verdict
from troth.ui import verdicts, words

Texts = dict[str, str]
_MOST_DIGITS = 7


def of_flip(  # noqa: PLR0913 - the parts of a story, all named
    flip: FlipRow, standing: Standing, document: Mapping[str, object], *,
    address: str, languages: Sequence[str], audience: str = "", about: Sequence[Part] = (),
) -> Story:  # fmt: skip
    """Return the story of a promise that was broken, or that is kept again.

    One that was made to an audience is told to nobody else. `about` are the parts that it is about.
    """
    is_broken = flip.now is Verdict.BROKEN

    def texts(language: str) -> Texts:
        named = {"name": _name(document, language, flip.name)}
        title = (
            _("We broke our promise “%(name)s”.")
            if is_broken
            else _("We keep our promise “%(name)s” again.")
        )
        return {
            "title": title % named,
            "what": _figures(standing),
            "state": str(verdicts.word(flip.now)),
            "advice": _translated(document, language, "remedy") or standing.remedy
            if is_broken
            else "",
        }

    return _story(
        event=Event.PROMISE_BROKEN if is_broken else Event.PROMISE_KEPT,
        about=(flip.slug, flip.name), revision=f"flip {flip.id}", address=address,
        severity=Severity.MAJOR if is_broken else Severity.NONE, since=flip, texts=texts,
        languages=languages, audience=audience, beside=about,
    )  # fmt: skip


def of_change(  # noqa: PLR0913 - the parts of a story, all named
    change: TargetChange, document: Mapping[str, object], *,
    address: str, languages: Sequence[str], audience: str = "", about: Sequence[Part] = (),
) -> Story:  # fmt: skip
    """Return the story of a promise that promises more, less, or is counted in another way."""

    def texts(language: str) -> Texts:
        named = {
            "name": _name(document, language, change.name),
            "was": words.NOTHING if change.was is None else words.target(change.was),
            "now": words.target(change.now),
        }
        return {"title": _changed(change) % named, "what": change.reason, "state": "", "advice": ""}

    return _story(
        event=Event.PROMISE_CHANGED, about=(change.slug, change.name), severity=Severity.NONE,
        revision=f"version {change.version}", address=address, texts=texts, languages=languages,
        since=change, audience=audience, beside=about,
    )  # fmt: skip


def _figures(standing: Standing) -> str:
    if not standing.total:
        return ""
    kept, target = Fraction(standing.good, standing.total), Fraction(standing.target)
    return _("%(share)s was kept, %(target)s is promised.") % {
        "share": words.share(kept, _digits(kept, target)),
        "target": words.target(standing.target),
    }


def _digits(kept: Fraction, target: Fraction) -> int:
    """Return how many digits tell a share from its target: 99.898 % is not 99.9 %."""
    found = (n for n in range(1, _MOST_DIGITS) if round(kept * 100, n) != target * 100)
    return next(found, 1) if kept != target else 1


def _changed(change: TargetChange) -> str:
    if change.was is not None and change.now > change.was:
        return _("We promise more for “%(name)s”: %(now)s instead of %(was)s.")
    if change.was is not None and change.now < change.was:
        return _("We promise less for “%(name)s”: %(now)s instead of %(was)s.")
    return _("We changed how we count “%(name)s”. The target stays at %(now)s.")


def _story(  # noqa: PLR0913 - the parts of a story, all named
    *, event: Event, about: tuple[str, str], revision: str, address: str, severity: Severity,
    since: FlipRow | TargetChange, texts: Callable[[str], Texts], languages: Sequence[str],
    audience: str, beside: Sequence[Part],
) -> Story:  # fmt: skip
    slug, name = about
    said: dict[str, Texts] = {}
    digest = blake2b(f"{slug} {revision}".encode(), digest_size=8).hexdigest()
    for language in languages:
        with override(language):
            said[language] = texts(language)
    first = said[languages[0]]
    return Story(
        about=about_of(slug, audience),
        event=event,
        revision=digest,
        title=first["title"],
        what=first["what"],
        state=first["state"],
        advice=first["advice"],
        link=address,
        since=since.at if isinstance(since, FlipRow) else since.effective_from,
        severity=severity,
        parts=(Part(key=f"promise:{slug}", name=name, state=first["state"]), *beside),
        is_of_all_parts=bool(audience) and not beside,
        audiences=(audience,) if audience else (),
        data={
            "promise": slug,
            "name": name,
            "verdict": first["state"],
            "text": first["what"],
            "link": address,
            "revision": digest,
        },
        translations={language: text for language, text in said.items() if text is not first},
    )


def about_of(slug: str, audience: str) -> str:
    """Return what a story of a promise is about.

    What is told to an audience is a thing of its own: whoever heard of the promise while it was
    public, or another's, is told nothing more of it.
    """
    if not audience:
        return f"promise:{slug}"
    return f"contract:{slug}:{blake2b(audience.encode(), digest_size=4).hexdigest()}"


def _name(document: Mapping[str, object], language: str, name: str) -> str:
    return _translated(document, language, "name") or name


def _translated(document: Mapping[str, object], language: str, part: str) -> str:
    found: object = document
    for step in ("spec", "translations", language, part):
        found = found.get(step) if isinstance(found, Mapping) else None
    return str(found or "")
