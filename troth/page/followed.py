"""What readers can follow of promises on pages beside the main one, and what a promise is about."""

from collections.abc import Mapping

from django.utils import translation
from django.utils.translation import gettext as _

from troth.components import queries as components
from troth.core import clock
from troth.notify.rules.story import Part
from troth.notify.topics import Topic
from troth.page import clauses
from troth.promises.queries import bulletin
from troth.promises.rules.document import read
from troth.promises.rules.terms import DocumentError


def topics(slug: str, language: str) -> list[Topic]:
    """Return the promises that a page beside the main one shows, contracts first."""
    page = components.page(slug) if slug else None
    if page is None:
        return []
    now, judging = clock.now(), components.judging(components.page_components(slug))
    own = bulletin.declared_to_audiences(now=now) if page.is_private and page.audiences else {}
    names = {
        one.slug: one.name for one in own.values() if _audience(one.document) in page.audiences
    }
    names |= {
        one.slug: one.name
        for one in bulletin.declared(now=now).values()
        if one.slug in judging and one.retired_at is None
    }
    with translation.override(language):
        kind = _("Promises")
    return [Topic(key=f"promise:{key}", name=name, kind=kind) for key, name in names.items()]


def parts(slug: str, document: Mapping[str, object]) -> list[Part]:
    """Return the components whose record a promise counts, and those that it judges."""
    found = components.behind(slug, slugs=_counted(document))
    return [
        Part(key=f"component:{uid}", name="", inside=f"group:{group}" if group else "")
        for uid, group in found.items()
    ]


def _counted(document: Mapping[str, object]) -> list[str]:
    try:
        counted = clauses.read(read(document).counting)
    except DocumentError:  # it counts as a metric does
        return []
    return [counted.component] if counted else []


def _audience(document: Mapping[str, object]) -> str:
    spec = document.get("spec")
    return str(spec.get("audience") or "") if isinstance(spec, Mapping) else ""
