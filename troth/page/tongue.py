"""A promise in the language of the reader, where its author gave a translation."""

from collections.abc import Mapping

from django.utils.translation import get_language

from troth.page.picture import Shown, Withdrawn

Promised = Shown | Withdrawn


def name_of(shown: Promised) -> str:
    return _said(shown, "name") or shown.name


def text_of(shown: Promised) -> str:
    return _said(shown, "text") or shown.text


def remedy_of(shown: Promised) -> str:
    return _said(shown, "remedy") or shown.remedy


def topic_of(shown: Promised, first: str) -> str:
    """Return what the promise is about as a sentence can say it; empty where nobody said.

    Promises are written in the page's `first` language; a topic of another one fits no sentence.
    """
    spec = _inside(shown.document, "spec")
    own = spec.get("topic") if _language() == first else None
    return _said(shown, "topic") or str(own or "")


def language_of(shown: Promised, first: str) -> str:
    """Return the language that a promise's text is in: the reader's, or else the `first`."""
    return _language() if _said(shown, "text") else first


def _language() -> str:
    return (get_language() or "en").split("-")[0]


def _said(shown: Promised, part: str) -> str:
    translations = _inside(_inside(shown.document, "spec"), "translations")
    return str(_inside(translations, _language()).get(part) or "")


def _inside(values: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = values.get(name)
    return found if isinstance(found, Mapping) else {}
