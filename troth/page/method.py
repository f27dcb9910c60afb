"""How the score is computed, with every constant and version, and the files to compute it again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from troth.page.edition import Edition
from troth.page.tongue import name_of
from troth.page.trusted import Trusted, pillar_name, trusted
from troth.promises.scoring.constants import Constants
from troth.promises.scoring.stored import IntegrityRow, PublishedScore, RulesRow
from troth.ui import words

FOLDER = "score/"
DATA, SCRIPT = f"{FOLDER}score.json", f"{FOLDER}recompute.py"


@dataclass(frozen=True, slots=True)
class PromiseLine:
    name: str
    url: str
    pillar: str
    weight: str
    points: str
    gap: str
    effective: str


@dataclass(frozen=True, slots=True)
class Method:
    """What the page of the method shows."""

    trusted: Trusted | None
    constants: tuple[tuple[str, str], ...]
    pillars: tuple[tuple[str, str], ...]
    promises: tuple[PromiseLine, ...]
    untested: str
    versions: tuple[RulesRow, ...]
    events: tuple[IntegrityRow, ...]
    data: str
    script: str


def method(edition: Edition, found: PublishedScore) -> Method:
    """Return the method in the language now active."""
    constants = found.rules.constants
    names = {shown.slug: name_of(shown) for shown in edition.picture.promises}
    detail = found.score.detail
    untested = [names[slug] for slug in detail["untested"] if slug in names]
    return Method(
        trusted=trusted(edition),
        constants=tuple(_constants(constants)),
        pillars=tuple(
            (pillar_name(one.key), words.number(one.weight, 0 if one.weight % 1 == 0 else 2))
            for one in constants.pillars
        ),
        promises=tuple(
            _promise(edition, each, names) for each in detail["promises"]
        ),
        untested=", ".join(untested),
        versions=found.versions,
        events=found.events,
        data=edition.root + DATA,
        script=edition.root + SCRIPT,
    )  # fmt: skip


def _constants(rules: Constants) -> Iterator[tuple[str, str]]:
    yield _("Days after which a case counts half"), words.number(rules.half_life)
    for slug, days in sorted(rules.half_lives.items()):
        yield _("the same for %(promise)s") % {"promise": slug}, words.number(days)
    yield _("How much steeper it falls above the failures allowed"), _number(rules.loss_aversion)
    yield _("Without evidence: failures by failures allowed"), _number(rules.prior_gap)
    yield _("Firmness of that, in failures allowed"), _number(rules.prior_weight)
    yield _("Independent cases that a promise needs"), _number(rules.enough)
    yield _("Part of the weight that must rest on enough evidence"), words.share(rules.cover, 0)
    integrity = rules.integrity
    yield _("What a concealment takes"), words.share(integrity.concealment, 0)
    yield _("What a silent restatement takes"), words.share(integrity.restatement, 0)
    yield _("What a hidden exclusion takes"), words.share(integrity.exclusion, 0)
    yield _("Days after which half of that is left"), words.number(integrity.half_life)


def _number(value: float) -> str:
    return words.number(value, 0 if value % 1 == 0 else 2)


def _promise(edition: Edition, each: Mapping[str, Any], names: Mapping[str, str]) -> PromiseLine:
    slug = each["slug"]
    points = words.number(each["points"]) if each["enough"] else words.NOTHING
    return PromiseLine(
        name=names.get(slug, each["name"]),
        url=edition.path(f"promises/{slug}/"),
        pillar=pillar_name(each["pillar"]),
        weight=words.share(each["weight"]),
        points=points,
        gap=words.number(each["gap"], 2),
        effective=words.number(each["effective"]),
    )
