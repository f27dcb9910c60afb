"""A report as PDF: the same report gives the same bytes (docs/decisions/040-pdf.md).

Import it only where `draws` says that what it needs is installed: the extra `pdf`.
"""

from collections.abc import Iterator, Sequence
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    TableStyle,
)
from reportlab.platypus import Table as Drawn

from troth.desk.reporting.pictures import Course, Picture, Ranges
from troth.desk.reporting.sections import Cell, Section, Table
from troth.desk.reporting.sketching import drawn
from troth.ui.lettering import BOLD, REGULAR, drawable, fonts, undrawn

_INK, _QUIET, _LINE = HexColor("#1d2130"), HexColor("#565b68"), HexColor("#dcdad4")
_WIDE, _HIGH = A4
_EDGE = 18 * mm


def pdf(*, title: str, told: str, source: str, sections: Sequence[Section]) -> bytes:
    """Return the report on as many pages of A4 as it takes; `told` stands below its title."""
    fonts()
    out = BytesIO()
    made = SimpleDocTemplate(
        out, pagesize=A4, invariant=1, title=title, subject=told, leftMargin=_EDGE,
        rightMargin=_EDGE, topMargin=_EDGE, bottomMargin=_EDGE,
    )  # fmt: skip
    story = [_said(title, 16, bold=True), _said(told, 9, quiet=True), Spacer(1, 8)]
    for section in sections:
        story += _section(section)
    story += [Spacer(1, 12), _said(source, 7.5, quiet=True), *_left(sections, title)]
    made.build(story, onFirstPage=_numbered, onLaterPages=_numbered)
    return out.getvalue()


def _section(section: Section) -> list[Flowable]:
    story: list[Flowable] = [Spacer(1, 8)]
    if section.heading:
        story.append(_said(section.heading, 11, bold=True))
    story += [_said(text, 9) for text in section.texts]
    for picture in section.pictures:
        story.append(KeepTogether(_pictured(picture)))
    for table in section.tables:
        story.append(Spacer(1, 5))
        if table.heading:
            story.append(_said(table.heading, 8, bold=True))
        story.append(_drawn(table))
    return story


def _pictured(picture: Picture) -> list[Flowable]:
    """Return a picture between its heading and what its marks are."""
    below = picture.text if isinstance(picture, Course) else ""
    if isinstance(picture, Ranges):
        below = " · ".join(picture.keys)
    return [
        Spacer(1, 5), _said(picture.heading, 8, bold=True), Spacer(1, 3),
        drawn(picture, _WIDE - 2 * _EDGE - 12), *([_said(below, 7, quiet=True)] if below else []),
    ]  # fmt: skip


def _drawn(table: Table) -> Drawn:
    wide = (_WIDE - 2 * _EDGE - 12) / (len(table.columns) + 1)
    lines = [[_said(name, 7, quiet=True) for name in table.columns]]
    lines += [[_cell(cell) for cell in row] for row in table.rows]
    drawn = Drawn(lines, colWidths=[2 * wide, *[wide] * (len(table.columns) - 1)], repeatRows=1)
    drawn.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (0, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ]
        )
    )
    return drawn


def _cell(cell: Cell) -> list[Paragraph]:
    said = [_said(cell.text, 8, bold=bool(cell.verdict))]
    return [*said, _said(cell.quiet, 6.5, quiet=True)] if cell.quiet else said


def _said(text: str, size: float, *, bold: bool = False, quiet: bool = False) -> Paragraph:
    style = ParagraphStyle(
        "text", fontName=BOLD if bold else REGULAR, fontSize=size, leading=size * 1.35,
        textColor=_QUIET if quiet else _INK, splitLongWords=1,
    )  # fmt: skip
    return Paragraph(escape(drawable(text)), style)


def _left(sections: Sequence[Section], title: str) -> list[Paragraph]:
    """Say which scripts could not be drawn."""
    left = undrawn([title, *_texts(sections)])
    text = f"Letters of these scripts cannot be drawn here: {', '.join(left)}. The desk shows them."
    return [_said(text, 7.5, quiet=True)] if left else []


def _texts(sections: Sequence[Section]) -> Iterator[str]:
    for section in sections:
        yield section.heading
        yield from section.texts
        drawn_names = (one.rows for one in section.pictures if isinstance(one, Ranges))
        yield from (row.name for rows in drawn_names for row in rows)
        for table in section.tables:
            yield from (part for row in table.rows for one in row for part in (one.text, one.quiet))


def _numbered(canvas: Canvas, made: BaseDocTemplate) -> None:
    canvas.setFont(REGULAR, 7)
    canvas.setFillColor(_QUIET)
    canvas.drawRightString(_WIDE - _EDGE, 10 * mm, str(made.page))
