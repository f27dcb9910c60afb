"""Which cases a person or a program looks for, in the words of the store."""

from collections.abc import Mapping

from troth.core.moments import Moments
from troth.signals import expressions, overview
from troth.signals.store import FLAGS, Filter


def chosen(wishes: Mapping[str, str], asked: Moments) -> Filter:
    """Return the cases that source, kind, search, where and flagged name. Raises ValueError."""
    texts = []
    if wishes["source"]:
        texts.append(f"source = {overview.quoted(wishes['source'])}")
    if wishes["search"]:
        text = overview.quoted(f"%{wishes['search'].lower()}%")
        texts.append(f"lower(key) like {text}")
    if wishes["where"]:
        own = expressions.parse(wishes["where"], role="condition")
        texts.append(f"({own.text})")
    if wishes["flagged"] and wishes["flagged"] not in FLAGS:
        raise ValueError(f"no such flag; there are {', '.join(FLAGS)}")
    where = expressions.parse(" and ".join(texts), role="condition") if texts else None
    return Filter(
        kinds=(wishes["kind"],) if wishes["kind"] else (),
        where=where,
        flagged=wishes["flagged"] or None,
        as_of=asked.as_of,
    )
