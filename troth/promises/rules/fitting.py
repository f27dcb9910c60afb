"""What a new declaration must fit beyond being understood; stored versions are not asked. Pure."""

from collections.abc import Iterator

from troth.metrics.rules import is_attribute
from troth.promises.rules.terms import DocumentError, Problem, Terms

LONGEST_PLACE, LONGEST_PILLAR, LONGEST_NAME = 100, 60, 200  # characters that are kept


def check(terms: Terms) -> None:
    """Raise DocumentError with everything that cannot be kept or can never be asked."""
    problems = tuple(_problems(terms))
    if problems:
        raise DocumentError(problems)


def _problems(terms: Terms) -> Iterator[Problem]:
    texts = (
        ("metadata.displayName", terms.name, LONGEST_NAME),
        ("metadata.labels.touchpoint", terms.touchpoint, LONGEST_PLACE),
        ("metadata.labels.pillar", terms.pillar, LONGEST_PILLAR),
    )
    for field, text, longest in texts:
        if len(text) > longest:
            yield Problem(field, f"is longer than {longest} characters: {len(text)}")
    for index, name in enumerate(terms.segments):
        if not is_attribute(name):
            message = (
                f"“{name}” cannot be an attribute of a segment: a-z, 0-9 and _, at most 40, "
                "a letter first"
            )
            yield Problem(f"spec.segments[{index}]", message)
        elif name in terms.segments[:index]:
            yield Problem(f"spec.segments[{index}]", f"“{name}” is there twice")
