"""The one sheet as PDF. The same sheet gives the same bytes (docs/decisions/040-pdf.md)."""

from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

import reportlab
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
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

_INK, _QUIET, _LINE = HexColor("#1d2130"), HexColor("#565b68"), HexColor("#dcdad4")
_WIDE, _HIGH = A4
_EDGE = 18 * mm
_COLUMNS = (0.6, 0.22, 0.18)


def pdf(sheet: Sheet) -> bytes:
    """Return the sheet on one page of A4: what is too long is made smaller, never cut."""
    _fonts()
    out = BytesIO()
    made = SimpleDocTemplate(
        out, pagesize=A4, invariant=1, title=f"{sheet.organisation}: {sheet.title}",
        author=sheet.organisation, subject=sheet.told, leftMargin=_EDGE, rightMargin=_EDGE,
        topMargin=_EDGE, bottomMargin=_EDGE,
    )  # fmt: skip
    room = (_WIDE - 2 * _EDGE - 12, _HIGH - 2 * _EDGE - 12)
    made.build([KeepInFrame(*room, _story(sheet, room[0]), mode="shrink")])
    return out.getvalue()


def _fonts() -> None:
    """Make the fonts known that come with the library, so that every host draws alike."""
    if "Vera" in pdfmetrics.getRegisteredFontNames():
        return
    folder = Path(reportlab.__file__).parent / "fonts"
    for name, file in (("Vera", "Vera.ttf"), ("VeraBd", "VeraBd.ttf")):
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))


def _style(size: float, *, bold: bool = False, quiet: bool = False) -> ParagraphStyle:
    return ParagraphStyle(
        "text", fontName="VeraBd" if bold else "Vera", fontSize=size, leading=size * 1.35,
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
    return [*story, Spacer(1, 10), _said(source, 7.5, quiet=True)]


def _said(text: str, size: float, *, bold: bool = False, quiet: bool = False) -> Paragraph:
    # The fonts have no narrow space.
    return Paragraph(escape(text.replace("\u202f", "\u00a0")), _style(size, bold=bold, quiet=quiet))


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
