"""Questions before the first row is taken: what a mapping leaves open is asked, never guessed."""

from itertools import islice
from typing import Final

from troth.signals.imports.compiled import Compiled
from troth.signals.imports.numbers import HAS_COMMA
from troth.signals.imports.plan import NumberField, Plan
from troth.signals.imports.problems import ImportProblem, shown
from troth.signals.imports.tables import Table
from troth.signals.imports.templates import taker

_LOOK: Final = 1_000


def ask(found: Table, plan: Plan) -> None:
    """Look at a table's first rows, and at all its undeclared numbers.

    Raises ImportProblem with one question for each field whose values can be read in several ways.
    """
    compiled = Compiled(plan, found.columns)
    first = list(islice(found.rows, _LOOK))
    questions: dict[str, str] = {}
    for line in first:
        if not line.fault:
            for field, question in compiled.questions(line.cells):
                questions.setdefault(field, f"Line {line.number}, `{field}`: {question}.")
    if questions:
        raise ImportProblem(*questions.values())
    _ask_about_numbers(found, plan)


def _ask_about_numbers(found: Table, plan: Plan) -> None:
    places = {name: place for place, name in reversed(list(enumerate(found.columns)))}
    takes = [
        (name, taker(one.template, places, plan.file.empty))
        for name, one in plan.fields.items()
        if isinstance(one, NumberField) and not one.terms.is_declared
    ]
    if not takes or found.kind in {"parquet", "ndjson"}:
        return
    for line in found.rows:
        for name, take in takes:
            cell = None if line.fault else take(line.cells)
            if isinstance(cell, str) and HAS_COMMA.fullmatch(cell.strip()):
                raise ImportProblem(
                    f"Line {line.number}, `{name}`: {shown(cell)} is written with a comma, other "
                    "numbers of this column are not; declare `decimal` and `thousands`."
                )
