"""Documents out of files: which there are, of which kind, and where each stands. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from troth.core.fields import nearest
from troth.core.problems import DocumentError, Problem

OURS = "troth/v1"
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

    def names(self, kind: str) -> set[str]:
        return {loaded.name for loaded in self.of(kind)}


# All documents of a foreign format, read together, to (documents of ours, remarks).
Translate = Callable[[Sequence[Loaded]], tuple[list[Loaded], list[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """What is understood: kinds of our own, and formats of others by the start of apiVersion."""

    kinds: tuple[str, ...]
    foreign: Mapping[str, Translate] = field(default_factory=dict)


def load(texts: Iterable[tuple[str, str]], *, language: Language) -> Folder:
    """Return the documents of (file name, text), those of other formats translated.

    Raises DocumentError, with the file and the document in each problem.
    """
    found, problems = Folder(), list[Problem]()
    foreign: dict[str, list[Loaded]] = {start: [] for start in language.foreign}
    for name, text in texts:
        for number, document in enumerate(_documents(name, text, problems), 1):
            loaded = Loaded(f"{name}, document {number}", document)
            start = _foreign_start(loaded, language)
            if start is None:
                _sort(loaded, found, language, problems)
            else:
                foreign[start].append(loaded)
    _take_foreign(found, foreign, language, problems)
    _refuse_twice(found, problems)
    if problems:
        raise DocumentError(tuple(problems))
    return found


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


def _foreign_start(loaded: Loaded, language: Language) -> str | None:
    version = loaded.document.get("apiVersion")
    if not isinstance(version, str):
        return None
    return next((s for s in language.foreign if version.lower().startswith(s)), None)


def _sort(loaded: Loaded, found: Folder, language: Language, problems: list[Problem]) -> None:
    """Put a document where it belongs: ours, a mapping to leave out, or a problem."""
    version = loaded.document.get("apiVersion")
    if version == OURS and loaded.kind in language.kinds:
        found.documents.append(loaded)
    elif version == OURS and loaded.kind == "Import":
        found.remarks.append(f"{loaded.place} is a mapping for troth import and is ignored")
    else:
        problems.append(_unknown(loaded, language))


def _unknown(loaded: Loaded, language: Language) -> Problem:
    version, kind = loaded.document.get("apiVersion"), loaded.kind
    if version != OURS:
        return Problem(loaded.place, f"apiVersion is “{version}”; write troth/v1 or openslo/v1")
    hint = nearest(kind, language.kinds) or f"; there are {', '.join(language.kinds)}"
    return Problem(loaded.place, f"there is no kind “{kind}”{hint}")


def _take_foreign(
    found: Folder, foreign: Mapping[str, list[Loaded]], language: Language, problems: list[Problem]
) -> None:
    """Read all documents of a format together: they refer to each other across files."""
    for start, loaded in foreign.items():
        try:
            documents, remarks = language.foreign[start](loaded)
        except DocumentError as error:
            where = ", ".join(sorted({one.place.split(",")[0] for one in loaded}))
            problems += [Problem(f"{where}: {p.field}", p.message) for p in error.problems]
            continue
        found.documents += documents
        found.remarks += remarks


def _refuse_twice(found: Folder, problems: list[Problem]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for loaded in found.documents:
        key = (loaded.kind, loaded.name)
        if key in seen:
            problems.append(
                Problem(loaded.place, f"{loaded.kind} “{loaded.name}” stands in {seen[key]} too")
            )
        seen[key] = loaded.place
