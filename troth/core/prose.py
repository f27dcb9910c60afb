"""Markdown as people write it becomes HTML that cannot harm, and plain text. Pure."""

import re

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

_TAGS = {
    "p", "br", "strong", "em", "s", "code", "pre", "ul", "ol", "li", "blockquote", "a", "hr",
    "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_SCHEMES = {"http", "https", "mailto", "tel"}
_LOWEST = 6
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\ud800-\udfff]")
_markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable(
    ["table", "strikethrough"]
)


def tidy(text: str) -> str:
    """Return a text as it is kept: one kind of line end, nothing that a database refuses."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def html(text: str) -> str:
    """Return Markdown as cleaned HTML. Headings begin at h3; there are no pictures."""
    tokens = _markdown.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 2, _LOWEST)}"
    rendered = _markdown.renderer.render(tokens, _markdown.options, {})
    return nh3.clean(
        rendered, tags=_TAGS, attributes={"a": {"href"}}, url_schemes=_SCHEMES,
        link_rel="nofollow noopener noreferrer", clean_content_tags={"script", "style"},
    ).strip()  # fmt: skip


def plain(text: str) -> str:
    """Return Markdown as plain text, for mails, macros and feeds: links keep their address."""
    blocks: list[str] = []
    depth: list[str] = []
    for token in _markdown.parse(text):
        _follow(token, depth)
        if token.type == "inline":
            blocks.append(_mark(depth) + _inline(token.children or []))
        elif token.type in ("fence", "code_block"):
            blocks.append(token.content.rstrip())
    return "\n".join(block for block in blocks if block.strip())


def _follow(token: Token, depth: list[str]) -> None:
    if token.type == "list_item_open":
        depth.append("- " if not token.info else f"{token.info}{token.markup} ")
    elif token.type == "list_item_close":
        depth.pop()


def _mark(depth: list[str]) -> str:
    """Return the mark of a list's item; what follows in the same item is set in."""
    if not depth:
        return ""
    mark, depth[-1] = depth[-1], "  "
    return "  " * (len(depth) - 1) + mark


def _inline(children: list[Token]) -> str:
    said: list[str] = []
    address = ""
    for child in children:
        if child.type == "link_open":
            address = str(child.attrGet("href") or "")
        elif child.type == "link_close":
            said.append(f" ({address})" if address and address not in said[-1:] else "")
        elif child.type in ("softbreak", "hardbreak"):
            said.append("\n")
        else:
            said.append(child.content)
    return "".join(said)
