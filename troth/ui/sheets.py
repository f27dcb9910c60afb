"""A table as a file that a browser keeps."""

from collections.abc import Iterable, Sequence

from django.http import StreamingHttpResponse

from troth.core.sheets import Row, csv_lines


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Row]) -> StreamingHttpResponse:
    """Return `name`.csv, a row at a time: a table of any length costs the memory of one row."""
    return StreamingHttpResponse(
        (line.encode() for line in csv_lines(columns, rows)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
