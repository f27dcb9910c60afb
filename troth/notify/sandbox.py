"""Liquid for words that people write on the desk: a few tags and filters, all within limits.

A template sees plain texts by name and nothing of the program. It cannot read files, nor other
templates, nor go on for long: see the limits below.
"""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache, wraps
from typing import TYPE_CHECKING, Any, ClassVar, Final

if TYPE_CHECKING:
    from liquid import BoundTemplate, Environment

LONGEST: Final = 10_000  # characters of a template
_MOST_OUTPUT: Final = 2_000_000  # bytes: the longest story with all its texts
_MOST_ROUNDS: Final = 2_000  # of all loops together
_LONGEST_VALUE: Final = 100_000  # characters or items that a filter may take or give

_TAGS: Final = frozenset(
    {"illegal", "literal", "statement", "if", "unless", "case", "for", "break", "continue",
     "assign", "comment", "#"}
)  # fmt: skip
_FILTERS: Final = frozenset(
    {"append", "capitalize", "default", "divided_by", "downcase", "first", "join", "last", "minus",
     "modulo", "newline_to_br", "plus", "prepend", "remove", "replace", "replace_first", "size",
     "slice", "split", "strip", "strip_newlines", "truncate", "truncatewords", "upcase"}
)  # fmt: skip


class WordingError(ValueError):
    """What is wrong with a template, and in which line."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(f"line {line}: {reason}" if line else reason)
        self.reason = reason
        self.line = line


@lru_cache(maxsize=512)
def compiled(source: str) -> "BoundTemplate":
    """Return a template ready to render. Raises WordingError."""
    from liquid.exceptions import Error  # what never writes a message need not know Liquid

    if len(source) > LONGEST:
        raise WordingError(f"a template has at most {LONGEST} characters")
    try:
        return _environment().from_string(source)
    except Error as error:
        raise _explained(error) from error
    except RecursionError as error:
        raise WordingError("it is nested too deeply") from error


def rendered(source: str, saying: Mapping[str, Any]) -> str:
    """Return what a template says of these texts. Raises WordingError."""
    from liquid.exceptions import Error

    template = compiled(source)
    try:
        return str(template.render(**saying))
    except Error as error:
        raise _explained(error) from error
    except (RecursionError, ArithmeticError, TypeError, ValueError) as error:
        raise WordingError(str(error)[:200] or "it cannot be worked out") from error


def names(source: str) -> dict[str, int]:
    """Return the names that a template asks for, and in which line first. Raises WordingError."""
    asked = compiled(source).analyze().global_variables
    return {str(name).partition(".")[0].partition("[")[0]: at[0][1] for name, at in asked.items()}


def _explained(error: Any) -> WordingError:  # noqa: ANN401 - Liquid's own
    said = str(error.message or "it cannot be read").splitlines()[0]
    return WordingError(said.replace("unexpected error: ", "")[:200], error.linenum)


@cache
def _environment() -> "Environment":
    from liquid import Environment, StrictUndefined

    class Sandbox(Environment):
        loop_iteration_limit: ClassVar[int | None] = _MOST_ROUNDS
        output_stream_limit: ClassVar[int | None] = _MOST_OUTPUT
        local_namespace_limit: ClassVar[int | None] = _MOST_OUTPUT

        def setup_tags_and_filters(self) -> None:
            super().setup_tags_and_filters()
            for name in self.tags.keys() - _TAGS:
                del self.tags[name]  # in place: parsers hold this very mapping
            self.filters = {name: _bounded(self.filters[name]) for name in _FILTERS}

    return Sandbox(undefined=StrictUndefined, strict_filters=True, cache_size=0)


def _bounded(inner: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that takes and gives nothing that is too large to hold."""

    @wraps(inner)
    def outer(*values: Any, **named: Any) -> Any:  # noqa: ANN401 - filters take anything
        for value in (*values, *named.values()):
            _check(value)
        found = inner(*values, **named)
        _check(found)
        return found

    return outer


def _check(value: object) -> None:
    if isinstance(value, range):
        raise ValueError("a filter takes no range")  # noqa: TRY004 - an error of the template
    if isinstance(value, str | list | tuple) and len(value) > _LONGEST_VALUE:
        raise ValueError(f"more than {_LONGEST_VALUE} characters or items at once")
