"""A table as a file that a browser keeps."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from django.http import FileResponse, Http404, HttpResponseBase, StreamingHttpResponse

from troth.core.sheets import Row, csv_lines, write_parquet


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Row]) -> StreamingHttpResponse:
    """Return `name`.csv, a row at a time: a table of any length costs the memory of one row."""
    return StreamingHttpResponse(
        (line.encode() for line in csv_lines(columns, rows)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def table_file(
    name: str, form: str, columns: Mapping[str, str], rows: Iterable[Row]
) -> HttpResponseBase:
    """Return `name`.csv or `name`.parquet. `columns`: name → one of DuckDB's types.

    Raises Http404 for another form.
    """
    if form == "csv":
        return csv_file(name, list(columns), rows)
    if form != "parquet":
        raise Http404(form)
    with tempfile.TemporaryDirectory(prefix="troth-export-") as folder:
        path = Path(folder) / f"{name}.parquet"
        write_parquet(path, columns, rows)
        # The open file outlives its name: nothing is left behind however the download ends.
        return FileResponse(
            path.open("rb"),
            as_attachment=True,
            filename=path.name,
            content_type="application/vnd.apache.parquet",
        )
