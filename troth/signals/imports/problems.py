"""What is wrong with a mapping or a file, said so that a person can put it right."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


class ImportProblem(ValueError):  # noqa: N818 - said of the mapping or the file
    """The import cannot start: each of `problems` is one sentence that says what to change."""

    exit_code = 2

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class ValueRefused(ValueError):  # noqa: N818 - said of a value
    """One value cannot be read; the message continues a sentence that begins with the field."""


class Undeclared(ValueRefused):
    """A value that can be read in several ways until the mapping declares which."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ` Did you mean “x”?` for the known name most like `name`, or nothing."""
    by_fold = {one.casefold(): one for one in known}
    close = get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.6)
    return f" Did you mean “{by_fold[close[0]]}”?" if close else ""


def listed(names: Sequence[str], *, limit: int = 30) -> str:
    """Return names joined by commas, at most `limit` of them."""
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def shown(value: object, *, limit: int = 60) -> str:
    """Return a value in quotation marks, short enough for a message and without line breaks."""
    text = " ".join(str(value).split())
    return f"“{text[:limit]}…”" if len(text) > limit else f"“{text}”"
