"""The audiences that a promise can be made to. Whoever keeps them offers them at the start."""

from collections.abc import Collection

from troth.core.fields import nearest
from troth.notify import topics
from troth.promises.rules.terms import DocumentError, Problem, Terms

_SHOWN = 12  # of them in a message


def check_reader(terms: Terms, *, declared: Collection[str] = ()) -> None:
    """Refuse a promise whose readers nobody has declared: it would be told to no one.

    `declared` are those that the same files declare. Raises DocumentError.
    """
    if terms.visibility != "audience":
        return
    known = {*audiences(), *declared}
    if terms.audience not in known:
        raise DocumentError((Problem("spec.audience", _said(terms.audience, sorted(known))),))


def audiences() -> dict[str, str]:
    """Return the audiences there are, by slug."""
    return topics.audiences()


def _said(slug: str, known: list[str]) -> str:
    hint = nearest(slug, known)
    if not known:
        hint = "; declare it first (kind: Audience)"
    elif not hint:
        more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
        hint = f"; there are {', '.join(known[:_SHOWN])}{more}"
    return f"there is no audience “{slug}”{hint}"
