"""One template, one view, one URL; htmx asks for less."""

from pathlib import PurePosixPath

from django.http import HttpRequest


def page_or_part(request: HttpRequest, template: str, *, part: str) -> str:
    """Return the template to render: `template`, or its part when htmx asks for that alone.

    The part of "promises/index.html" called "rows" is the file "promises/_rows.html"; the whole
    page includes the same file, so both answers come from one place. A boosted link, and a page
    that the browser takes back out of its history, get the whole.
    """
    headers = request.headers
    if headers.get("HX-Request") != "true" or headers.get("HX-Boosted") == "true":
        return template
    if headers.get("HX-History-Restore-Request") == "true":
        return template
    return str(PurePosixPath(template).with_name(f"_{part}.html"))
