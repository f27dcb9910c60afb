"""Which documents of files are promises', and how OpenSLO's become some."""

from collections.abc import Iterable, Sequence

from troth.core import documents
from troth.core.documents import Folder, Language, Loaded
from troth.promises.rules import openslo

KINDS = ("Calendar", "Metric", "Promise", "Exclusion", "ScoreRules", "IntegrityEvent")


def load(texts: Iterable[tuple[str, str]]) -> Folder:
    """Return the documents of (file name, text), OpenSLO turned into promises.

    Raises DocumentError, with the file and the document in each problem.
    """
    return documents.load(texts, language=Language(kinds=KINDS, foreign=FOREIGN))


def _from_openslo(loaded: Sequence[Loaded]) -> tuple[list[Loaded], list[str]]:
    translated = openslo.read([one.document for one in loaded])
    places = {one.name: one.place for one in loaded if one.kind == "SLO"}
    named = ((document["metadata"]["name"], document) for document in translated.promises)
    found = [Loaded(places.get(name, name), document) for name, document in named]
    return found, list(translated.remarks)


FOREIGN = {"openslo/": _from_openslo}
