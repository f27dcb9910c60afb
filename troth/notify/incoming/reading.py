"""From a file to lines of subscribers."""

import re
from collections.abc import Iterable, Iterator
from typing import IO, Any, Final

from troth.notify.incoming.brought import Line, Row
from troth.notify.incoming.shapes import Usual, read
from troth.notify.incoming.tables import rows

_REFUSED: Final = re.compile("[\x00\ud800-\udfff]")  # what no database keeps


def lines(file: IO[bytes], *, name: str, usual: Usual) -> Iterator[Line]:
    """Yield what a file says, line by line. Raises UnreadableError for a file of another kind."""
    for number, row in rows(file, name=name):
        yield _line(number, row, usual)


def of_rows(found: Iterable[Any], *, usual: Usual) -> Iterator[Line]:
    """Yield the same of rows that came as JSON."""
    for number, row in enumerate(found, 1):
        yield _line(number, row if isinstance(row, dict) else "this is no JSON object", usual)


def _line(number: int, row: Row | str, usual: Usual) -> Line:
    if isinstance(row, str):
        return Line(number=number, problem=row)
    try:
        return Line(number=number, brought=read(_kept(row), usual))
    except ValueError as error:
        return Line(number=number, problem=str(error))


def _kept(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return JSON with U+FFFD in place of what no database keeps."""
    if isinstance(value, str):
        return _REFUSED.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_kept(key): _kept(one) for key, one in value.items()}
    return [_kept(one) for one in value] if isinstance(value, list) else value
