"""The HTML around a mail's words: cleaned of everything that acts, and framed once for all.

No picture, no script, nothing that is fetched: whoever reads is not watched.
"""

from html import escape
from typing import Final

import nh3

_TAGS: Final = {
    "a", "blockquote", "br", "code", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li",
    "ol", "p", "pre", "s", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_STYLES: Final = {
    "background-color", "border", "border-bottom", "border-collapse", "border-left",
    "border-radius", "border-top", "color", "font-size", "font-weight", "line-height", "margin",
    "max-width", "padding", "text-align", "vertical-align", "width",
}  # fmt: skip
_ATTRIBUTES: Final = {"a": {"href"}, "*": {"style", "dir", "lang"}, "table": {"role"}}
_FRAME: Final = """\
<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
</head>
<body style="margin:0;padding:24px 16px">
<div style="max-width:600px;margin:0 auto;font:16px/1.5 system-ui,sans-serif">
{inside}
</div>
</body>
</html>
"""


def framed(html: str, *, title: str, language: str) -> str:
    """Return a whole document of what a template gave."""
    inside = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"https", "http", "mailto", "tel"},
        filter_style_properties=_STYLES,
        link_rel=None,
        clean_content_tags={"script", "style"},
    )
    lines = "\n".join(line for line in inside.splitlines() if line.strip())
    return _FRAME.format(language=language, title=escape(title), inside=lines)
