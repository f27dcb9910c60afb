"""The documents of kind ScoreRules (weights and constants) and IntegrityEvent (a deception)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from troth.core import fields, windows
from troth.core.fields import Fields
from troth.core.problems import DocumentError, Problem
from troth.promises.scoring.constants import PILLARS, SHIPPED, Constants, Felt, Integrity, Pillar
from troth.promises.scoring.integrity import KINDS

NAME = "score"  # there is one set of rules at a time
_SPEC = (
    "half_life", "half_lives", "loss_aversion", "zero_step", "zero_floor", "prior", "enough",
    "cover", "pillars", "promises", "integrity", "felt", "reason",
)  # fmt: skip
_MOST = 1000.0


@dataclass(frozen=True, slots=True)
class Signing:
    """An integrity event as somebody signs it."""

    name: str
    kind: str
    promise: str
    happened_on: date
    summary: str
    evidence: str
    signed_by: str
    withdrawn_by: str = ""
    withdrawn_why: str = ""


def read(document: object, *, version: int = 0) -> Constants:
    """Return the constants of a document. Raises DocumentError with every problem found."""
    problems: list[Problem] = []
    top = Fields(document, "", problems)
    spec = _spec(top, "ScoreRules")
    spec.only(*_SPEC)
    if top.inside("metadata").text("name") != NAME:
        top.note("metadata.name", f"is always “{NAME}”: there is one set of rules at a time")
    found = _constants(spec, version)
    if problems:
        raise DocumentError(tuple(problems))
    return found


def reason(document: Mapping[str, object]) -> str:
    """Return why the rules are as they are, as the document says."""
    spec = document.get("spec")
    return str(spec.get("reason", "")) if isinstance(spec, Mapping) else ""


def _spec(top: Fields, kind: str) -> Fields:
    top.only("apiVersion", "kind", "metadata", "spec")
    top.choice("apiVersion", ("troth/v1",), "troth/v1")
    top.choice("kind", (kind,), kind)
    top.inside("metadata").only("name")
    return top.inside("spec")


def _constants(spec: Fields, version: int) -> Constants:
    spec.text("reason")
    prior = spec.inside("prior")
    prior.only("gap", "weight", "cases")
    return Constants(
        version=version,
        half_life=spec.read("half_life", SHIPPED.half_life, _days),
        half_lives=_by_promise(spec.inside("half_lives"), _days),
        loss_aversion=spec.read("loss_aversion", SHIPPED.loss_aversion, _from(0, 20)),
        zero_step=spec.read("zero_step", SHIPPED.zero_step, _from(0, _MOST)),
        zero_floor=spec.read("zero_floor", SHIPPED.zero_floor, _from(0.001, 1)),
        prior_gap=prior.read("gap", SHIPPED.prior_gap, _from(0.5, 10)),
        prior_weight=prior.read("weight", SHIPPED.prior_weight, _from(0.1, 100)),
        zero_prior=prior.read("cases", SHIPPED.zero_prior, _from(0.1, _MOST)),
        enough=spec.read("enough", SHIPPED.enough, _from(1, 1e6)),
        cover=float(spec.read("cover", fields.as_share("50%"), fields.as_share)),
        pillars=_pillars(spec.inside("pillars")),
        other=spec.inside("pillars").read("other", SHIPPED.other, _from(0, _MOST)),
        weights=_by_promise(spec.inside("promises"), _from(0, _MOST)),
        integrity=_integrity(spec.inside("integrity")),
        felt=_felt(spec.inside("felt")),
    )


def _days(value: object) -> float:
    seconds = fields.as_seconds(value)
    if seconds < windows.DAY:
        raise ValueError("must be at least a day, for example 30d")
    return seconds / windows.DAY


def _from(least: float, most: float) -> Callable[[object], float]:
    def parse(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError("must be a number")  # noqa: TRY004 - one kind of error
        if not least <= value <= most:
            raise ValueError(f"must be between {least:g} and {most:g}")
        return float(value)

    return parse


def _by_promise(given: Fields, parse: Callable[[object], float]) -> dict[str, float]:
    found = {}
    for name in given.values:
        found[str(name)] = given.read(str(name), 0.0, parse)
    return found


def _pillars(given: Fields) -> tuple[Pillar, ...]:
    """Return the six pillars with their weights: a number, or {weight: 2, labels: [speed]}."""
    given.only(*(pillar.key for pillar in PILLARS), "other")
    return tuple(_pillar(given, pillar) for pillar in PILLARS)


def _pillar(given: Fields, pillar: Pillar) -> Pillar:
    if not isinstance(given.values.get(pillar.key), Mapping):
        weight = given.read(pillar.key, pillar.weight, _from(0, _MOST))
        return replace(pillar, weight=weight)
    inner = given.inside(pillar.key)
    inner.only("weight", "labels")
    labels = tuple(str(item).strip().lower() for _, item in inner.items("labels"))
    weight = inner.read("weight", pillar.weight, _from(0, _MOST))
    return replace(pillar, weight=weight, labels=(*pillar.labels, *labels))


def _integrity(given: Fields) -> Integrity:
    plain = Integrity()
    given.only("half_life", "grace", *KINDS)
    costs = {kind: given.read(kind, getattr(plain, kind), _cost) for kind in KINDS}
    return Integrity(
        half_life=given.read("half_life", plain.half_life, _days),
        grace=int(given.read("grace", float(plain.grace), _days)),
        **costs,
    )


def _cost(value: object) -> float:
    found = float(fields.as_share(value))
    if found >= 1:
        raise ValueError("must be below 100 %: one event does not take all of the score for ever")
    return found


def _felt(given: Fields) -> Felt:
    plain = Felt()
    given.only("metric", "by", "scale", "window", "enough")
    scale = given.inside("scale")
    scale.only("low", "high")
    found = Felt(
        metric=given.text("metric"),
        by=given.text("by", plain.by),
        low=scale.read("low", plain.low, _from(-_MOST, _MOST)),
        high=scale.read("high", plain.high, _from(-_MOST, _MOST)),
        days=int(given.read("window", float(plain.days), _days)),
        enough=given.read("enough", plain.enough, fields.as_whole),
    )
    if found.high <= found.low:
        given.note("scale", "high must be more than low")
    return found


def read_event(document: object) -> Signing:
    """Return an integrity event as signed. Raises DocumentError with every problem found."""
    problems: list[Problem] = []
    top = Fields(document, "", problems)
    spec = _spec(top, "IntegrityEvent")
    spec.only("kind", "promise", "happened_on", "summary", "evidence", "signed_by", "withdrawn")
    top.inside("metadata").needed("name", "for example late-breach-notice-2026-03")
    spec.needed("kind", f"one of {', '.join(KINDS)}")
    withdrawn = spec.inside("withdrawn")
    withdrawn.only("by", "reason")
    if spec.has("withdrawn"):
        withdrawn.needed("by", "who answers for it")
        withdrawn.needed("reason", "everyone will read it")
    found = Signing(
        name=top.inside("metadata").read("name", "", fields.as_slug),
        kind=spec.choice("kind", KINDS, KINDS[0]),
        promise=spec.text("promise"),
        happened_on=spec.read("happened_on", date.min, _day),
        summary=spec.needed("summary", "what was done; everyone will read it"),
        evidence=spec.text("evidence"),
        signed_by=spec.needed("signed_by", "who answers for it"),
        withdrawn_by=withdrawn.text("by"),
        withdrawn_why=withdrawn.text("reason"),
    )
    if found.happened_on == date.min:
        spec.note("happened_on", "is missing: the day on which it was done, for example 2026-03-01")
    if problems:
        raise DocumentError(tuple(problems))
    return found


def _day(value: object) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(fields.as_text(value))
    except ValueError:
        raise ValueError("is no date; write for example 2026-03-01") from None
