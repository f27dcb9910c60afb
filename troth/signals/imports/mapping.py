"""The mapping file: which columns become which fields of a signal, checked before a row is read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from troth.signals.imports import times, yamltext
from troth.signals.imports.numbers import NumberTerms
from troth.signals.imports.plan import (
    COUNTS,
    FIELDS,
    NUMBERS,
    OTHERWISE,
    TIMES,
    UNITS,
    AnyField,
    FileTerms,
    NumberField,
    Plan,
    Skip,
    TextField,
    TimeField,
)
from troth.signals.imports.problems import ImportProblem, listed, nearest
from troth.signals.imports.templates import columns_of
from troth.signals.imports.times import TimeTerms

_TOP = ("apiVersion", "kind", "metadata", "file", "numbers", "times", "skip_when", "signal")
_FILE = ("encoding", "delimiter", "sheet", "empty", "format")
_TIME_TERMS = ("zone", "format", "formats", "fold", "bare_date")
_TIME = ("from", "year", "month", "day", "hhmm", "plus", *_TIME_TERMS)
_NUMBER_TERMS = ("decimal", "thousands")
_TEXT = ("from", "values", "otherwise")
_DECIMALS = frozenset({"", ".", ","})
_THOUSANDS = frozenset({"", ".", ",", " ", "'", "\u2019"})


@dataclass(frozen=True, slots=True)
class _Terms:
    time: TimeTerms
    number: NumberTerms


def read(text: str, *, needs: Sequence[str] = ("source", "kind", "happened_at")) -> Plan:
    """Return the mapping that a YAML text declares. Raises ImportProblem with all it finds.

    `needs`: the fields that must be mapped; `source` may be left out where a caller names it.
    """
    document = yamltext.read(text)
    _known("The mapping", document, _TOP)
    _check_kind(document)
    terms = _Terms(
        _time_terms("`times`", _section(document, "times"), TimeTerms()),
        _number_terms("`numbers`", _section(document, "numbers"), NumberTerms()),
    )
    signal = _section(document, "signal")
    _known("`signal`", signal, (*FIELDS, "segment"))
    lacking = [name for name in needs if name not in signal]
    if lacking:
        raise ImportProblem(f"`signal` lacks {listed(lacking)}.")
    return Plan(
        fields={name: _field(name, signal[name], terms) for name in FIELDS if name in signal},
        segment={
            name: _text(f"segment {name}", value)
            for name, value in _section(signal, "segment").items()
        },
        skips=tuple(_skip(one) for one in _list(document, "skip_when")),
        file=_file(_section(document, "file")),
    )


def for_envelope(columns: Iterable[str]) -> Plan:
    """Return the mapping for a file whose columns are the envelope's own names."""
    names = list(columns)
    unknown = [name for name in names if name not in FIELDS and not name.startswith("segment.")]
    if unknown:
        hints = "".join(nearest(name, FIELDS) for name in unknown[:1])
        raise ImportProblem(
            f"Without a mapping, columns are named as the fields of a signal; "
            f"{listed(unknown)} are not.{hints} The fields: {listed(FIELDS)}, segment.NAME."
        )
    terms = _Terms(TimeTerms(), NumberTerms())
    return Plan(
        fields={name: _field(name, f"{{{name}}}", terms) for name in names if name in FIELDS},
        segment={
            name.removeprefix("segment."): TextField(f"{{{name}}}")
            for name in names
            if name.startswith("segment.")
        },
    )


def _check_kind(document: Mapping[str, Any]) -> None:
    if document.get("kind", "Import") != "Import":
        raise ImportProblem(f"This is a {document['kind']}, not a mapping (kind: Import).")
    if document.get("apiVersion", "troth/v1") != "troth/v1":
        raise ImportProblem("Only apiVersion troth/v1 is known.")


def _known(where: str, found: Mapping[str, Any], known: Sequence[str]) -> None:
    unknown = [name for name in found if name not in known]
    if unknown:
        raise ImportProblem(
            *(
                f"{where} does not know “{name}”.{nearest(name, known)} It knows: {listed(known)}."
                for name in unknown
            )
        )


def _section(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = document.get(name) or {}
    if not isinstance(found, dict):
        raise ImportProblem(f"`{name}` is a block of names and values.")
    return found


def _list(document: Mapping[str, Any], name: str) -> list[Any]:
    found = document.get(name) or []
    return found if isinstance(found, list) else [found]


def _plain(where: str, value: object) -> str:
    if not isinstance(value, str):
        raise ImportProblem(f"{where} is one text.")
    return value


def _field(name: str, value: object, terms: _Terms) -> AnyField:
    if name in TIMES:
        return _time(name, value, terms)
    if name in NUMBERS or name in COUNTS:
        return _number(name, value, terms.number)
    return _text(name, value)


def _template(where: str, value: object) -> str:
    template = _plain(where, value)
    columns_of(template)
    return template


def _text(name: str, value: object) -> TextField:
    if not isinstance(value, dict):
        return TextField(_template(f"`{name}`", value))
    _known(f"`{name}`", value, _TEXT)
    otherwise = value.get("otherwise", "refuse")
    if otherwise not in OTHERWISE:
        raise ImportProblem(f"`{name}`: `otherwise` is one of {listed(OTHERWISE)}.")
    values = _section(value, "values")
    return TextField(
        _template(f"`{name}.from`", value.get("from")),
        {str(old): _plain(f"`{name}.values`", new) for old, new in values.items()} or None,
        str(otherwise),
    )


def _number(name: str, value: object, terms: NumberTerms) -> NumberField:
    if not isinstance(value, dict):
        return NumberField(_template(f"`{name}`", value), terms)
    _known(f"`{name}`", value, ("from", *_NUMBER_TERMS))
    own = {key: one for key, one in value.items() if key != "from"}
    return NumberField(
        _template(f"`{name}.from`", value.get("from")), _number_terms(f"`{name}`", own, terms)
    )


def _number_terms(where: str, found: Mapping[str, Any], base: NumberTerms) -> NumberTerms:
    _known(where, found, _NUMBER_TERMS)
    terms = NumberTerms(found.get("decimal", base.decimal), found.get("thousands", base.thousands))
    if terms.decimal not in _DECIMALS or terms.thousands not in _THOUSANDS:
        raise ImportProblem(
            f"{where}: `decimal` is . or , and `thousands` one of . , ' or a space."
        )
    if terms.is_declared and (terms.decimal or ".") == terms.thousands:
        raise ImportProblem(f"{where}: `decimal` and `thousands` cannot be the same mark.")
    return terms


def _time(name: str, value: object, terms: _Terms) -> TimeField:
    if not isinstance(value, dict):
        return TimeField(terms.time, _template(f"`{name}`", value))
    _known(f"`{name}`", value, _TIME)
    own = {key: one for key, one in value.items() if key in _TIME_TERMS}
    year, month, day = (
        _template(f"`{name}.{one}`", value.get(one, "")) for one in ("year", "month", "day")
    )
    made = TimeField(
        terms=_time_terms(f"`{name}`", own, terms.time),
        template=_template(f"`{name}.from`", value.get("from", "")),
        parts=(year, month, day),
        hhmm=_template(f"`{name}.hhmm`", value.get("hhmm", "")),
        plus=_plus(name, _section(value, "plus")),
        numbers=terms.number,
    )
    if bool(made.template) == any(made.parts) or any(made.parts) != all(made.parts):
        raise ImportProblem(
            f"`{name}` is made of `from`, or of `year`, `month` and `day` together."
        )
    return made


def _plus(name: str, found: Mapping[str, Any]) -> dict[str, str]:
    _known(f"`{name}.plus`", found, tuple(UNITS))
    return {unit: _template(f"`{name}.plus.{unit}`", one) for unit, one in found.items()}


def _time_terms(where: str, found: Mapping[str, Any], base: TimeTerms) -> TimeTerms:
    _known(where, found, _TIME_TERMS)
    formats = tuple(str(one) for one in (*_list(found, "formats"), *_list(found, "format")))
    terms = TimeTerms(
        zone=str(found.get("zone", base.zone)),
        formats=formats or base.formats,
        fold=str(found.get("fold", base.fold)),
        bare_date=str(found.get("bare_date", base.bare_date)),
    )
    if terms.fold not in {"refuse", "earlier", "later"}:
        raise ImportProblem(f"{where}: `fold` is refuse, earlier or later.")
    if terms.bare_date not in {"", "start", "end"}:
        raise ImportProblem(f"{where}: `bare_date` is start or end.")
    if terms.zone:
        times.zone_named(terms.zone)
    for one in formats:
        times.check_format(one)
    return terms


def _skip(found: object) -> Skip:
    if not isinstance(found, dict):
        raise ImportProblem("`skip_when` is a list of `column` with `is` or `is_empty`.")
    _known("`skip_when`", found, ("column", "is", "is_empty"))
    column = _plain("`skip_when.column`", found.get("column"))
    if ("is" in found) == ("is_empty" in found):
        raise ImportProblem(f"`skip_when` for “{column}” says either `is` or `is_empty: true`.")
    if "is" not in found:
        return Skip(column)
    return Skip(column, tuple(_plain("`skip_when.is`", one) for one in _list(found, "is")))


def _file(found: Mapping[str, Any]) -> FileTerms:
    _known("`file`", found, _FILE)
    delimiter = str(found.get("delimiter", ""))
    delimiter = "\t" if delimiter in {"tab", "\\t"} else delimiter
    if len(delimiter) > 1:
        raise ImportProblem("`file.delimiter` is one character, or tab.")
    encoding = str(found.get("encoding", ""))
    try:
        "".encode(encoding or "utf-8")
    except LookupError as error:
        raise ImportProblem(f"“{encoding}” is no encoding; write one such as latin-1.") from error
    return FileTerms(
        encoding=encoding,
        delimiter=delimiter,
        sheet=str(found.get("sheet", "")),
        format=str(found.get("format", "")),
        empty=frozenset({"", *(str(one) for one in _list(found, "empty"))}),
    )
