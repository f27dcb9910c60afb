"""Documents out of files: which there are, of which kind, and where each stands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from troth.promises.rules import openslo
from troth.promises.rules.fields import nearest
from troth.promises.rules.terms import DocumentError, Problem

KINDS = ("Calendar", "Metric", "Promise", "Exclusion")
_LARGEST = 4_000_000  # characters of one file


@dataclass(frozen=True, slots=True)
class Loaded:
    """One document and where it stands: `promises.yaml, document 2`."""

    place: str
    document: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(self.document.get("kind"))

    @property
    def name(self) -> str:
        meta = self.document.get("metadata")
        return str(meta.get("name", "")) if isinstance(meta, Mapping) else ""


@dataclass(slots=True)
class Folder:
    """What the files say: documents of our own kinds, and remarks on what was left out."""

    documents: list[Loaded] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def of(self, kind: str) -> list[Loaded]:
        return [loaded for loaded in self.documents if loaded.kind == kind]


def load(texts: Iterable[tuple[str, str]]) -> Folder:
    """Return the documents of (file name, text), OpenSLO turned into promises.

    Raises DocumentError, with the file and the document in each problem.
    """
    found, problems = Folder(), list[Problem]()
    foreign: list[Loaded] = []
    for name, text in texts:
        for number, document in enumerate(_documents(name, text, problems), 1):
            _sort(Loaded(f"{name}, document {number}", document), found, foreign, problems)
    _take_foreign(found, foreign, problems)
    _refuse_twice(found, problems)
    if problems:
        raise DocumentError(tuple(problems))
    return found


def _sort(loaded: Loaded, found: Folder, foreign: list[Loaded], problems: list[Problem]) -> None:
    """Put a document where it belongs: ours, OpenSLO's, a mapping to leave out, or a problem."""
    version = loaded.document.get("apiVersion")
    if isinstance(version, str) and version.lower().startswith("openslo/"):
        foreign.append(loaded)
    elif version == "troth/v1" and loaded.kind in KINDS:
        found.documents.append(loaded)
    elif version == "troth/v1" and loaded.kind == "Import":
        found.remarks.append(f"{loaded.place} is a mapping for troth import and is ignored")
    else:
        problems.append(_unknown(loaded))


def _documents(name: str, text: str, problems: list[Problem]) -> list[dict[str, Any]]:
    if len(text) > _LARGEST:
        problems.append(Problem(name, "is larger than 4 MB"))
        return []
    try:
        listed = [document for document in yaml.safe_load_all(text) if document is not None]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problems.append(Problem(name, f"is no YAML: {_first_line(error)}"))
        return []
    if all(isinstance(document, Mapping) for document in listed):
        return listed
    problems.append(Problem(name, "must hold documents with named fields"))
    return []


def _first_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f" in line {mark.line + 1}" if mark else ""
    return f"{getattr(error, 'problem', None) or type(error).__name__}{where}"


def _unknown(loaded: Loaded) -> Problem:
    version, kind = loaded.document.get("apiVersion"), loaded.kind
    if version != "troth/v1":
        return Problem(loaded.place, f"apiVersion is “{version}”; write troth/v1 or openslo/v1")
    hint = nearest(kind, KINDS) or f"; there are {', '.join(KINDS)}"
    return Problem(loaded.place, f"there is no kind “{kind}”{hint}")


def _take_foreign(found: Folder, foreign: Sequence[Loaded], problems: list[Problem]) -> None:
    """Read all OpenSLO documents together: they refer to each other across files."""
    try:
        translated = openslo.read([loaded.document for loaded in foreign])
    except DocumentError as error:
        where = ", ".join(sorted({loaded.place.split(",")[0] for loaded in foreign}))
        problems += [Problem(f"{where}: {p.field}", p.message) for p in error.problems]
        return
    places = {loaded.name: loaded.place for loaded in foreign if loaded.kind == "SLO"}
    for document in translated.promises:
        name = document["metadata"]["name"]
        found.documents.append(Loaded(places.get(name, name), document))
    found.remarks += translated.remarks


def _refuse_twice(found: Folder, problems: list[Problem]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for loaded in found.documents:
        key = (loaded.kind, loaded.name)
        if key in seen:
            problems.append(
                Problem(loaded.place, f"{loaded.kind} “{loaded.name}” stands in {seen[key]} too")
            )
        seen[key] = loaded.place
