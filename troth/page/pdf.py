"""The one sheet as PDF. The same sheet gives the same bytes (docs/decisions/040-pdf.md)."""

from collections.abc import Iterator
from io import BytesIO
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    Flowable,
    KeepInFrame,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from troth.page.onepager import Sheet
from troth.page.onepager import Table as Rows
from troth.ui.lettering import BOLD, REGULAR, drawable, fonts, undrawn

_INK, _QUIET, _LINE = HexColor("#1d2130"), HexColor("#565b68"), HexColor("#dcdad4")
_WIDE, _HIGH = A4
_EDGE = 18 * mm
_COLUMNS = (0.6, 0.22, 0.18)


def pdf(sheet: Sheet) -> bytes:
    """Return the sheet on one page of A4: what is too long is made smaller, never cut."""
    fonts()
    out = BytesIO()
    made = SimpleDocTemplate(
        out, pagesize=A4, invariant=1, title=f"{sheet.organisation}: {sheet.title}",
        author=sheet.organisation, subject=sheet.told, leftMargin=_EDGE, rightMargin=_EDGE,
        topMargin=_EDGE, bottomMargin=_EDGE,
    )  # fmt: skip
    room = (_WIDE - 2 * _EDGE - 12, _HIGH - 2 * _EDGE - 12)
    made.build([KeepInFrame(*room, _story(sheet, room[0]), mode="shrink")])
    return out.getvalue()


def _style(size: float, *, bold: bool = False, quiet: bool = False) -> ParagraphStyle:
    return ParagraphStyle(
        "text", fontName=BOLD if bold else REGULAR, fontSize=size, leading=size * 1.35,
        textColor=_QUIET if quiet else _INK,
    )  # fmt: skip


def _story(sheet: Sheet, wide: float) -> list[Flowable]:
    story: list[Flowable] = [
        _said(sheet.organisation, 9, bold=True),
        _said(sheet.title, 16, bold=True),
        _said(sheet.told, 9, quiet=True),
        Spacer(1, 8),
        _said(sheet.headline, 11),
    ]
    if sheet.reputation:
        story.append(_said(sheet.reputation, 9, quiet=True))
    for rows in sheet.tables:
        story += [Spacer(1, 10), _said(rows.heading, 9, bold=True), _drawn(rows, wide)]
        if rows.left_out:
            story.append(_said(rows.left_out, 7.5, quiet=True))
    source = f"{sheet.source} · {sheet.revision}"
    story += [Spacer(1, 10), _said(source, 7.5, quiet=True)]
    left = undrawn(_texts(sheet))
    if left:
        text = _("Letters of these scripts cannot be drawn here: %(left)s.") % {
            "left": ", ".join(left)
        }
        more = _("The page behind the link shows them.")
        story.append(_said(f"{text} {more}", 7.5, quiet=True))
    return story


def _texts(sheet: Sheet) -> Iterator[str]:
    """Yield every text of the sheet that somebody wrote."""
    yield from (sheet.organisation, sheet.headline, sheet.reputation)
    for rows in sheet.tables:
        yield rows.heading
        for line in rows.lines:
            yield from (line.name, line.word, line.figure, line.more)


def _said(text: str, size: float, *, bold: bool = False, quiet: bool = False) -> Paragraph:
    return Paragraph(escape(drawable(text)), _style(size, bold=bold, quiet=quiet))


def _drawn(rows: Rows, wide: float) -> Table:
    lines = [
        (
            [_said(line.name, 8.5), *([_said(line.more, 7, quiet=True)] if line.more else [])],
            _said(line.word, 8.5, bold=True),
            _said(line.figure, 8.5),
        )
        for line in rows.lines
    ]
    table = Table(lines, colWidths=[wide * part for part in _COLUMNS])
    table.setStyle(
        TableStyle(
            [
                ("LINEABOVE", (0, 0), (-1, -1), 0.4, _LINE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (0, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ]
        )
    )
    return table
