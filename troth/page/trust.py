"""`/.well-known/trust.json`: all that the page says, for programs. Signed as it stands.

docs/page.md describes every field. Shares are not given: whoever reads can divide the counts.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from fractions import Fraction

import msgspec

from troth.page import scorecard
from troth.page.edition import Edition, editions
from troth.page.picture import Picture, Shown, Withdrawn
from troth.promises.rules.remedies import Violation
from troth.promises.rules.reputation import Reputation
from troth.promises.rules.results import Standing, TargetChange, WindowResult

SCHEMA = 1
PATH = ".well-known/trust.json"


def document(picture: Picture) -> bytes:
    """Return the file's bytes. The same picture gives the same bytes."""
    first = editions(picture)[0]
    whole = {
        "schema": SCHEMA,
        "organisation": picture.site.organisation,
        "url": first.url(),
        "languages": list(picture.site.languages),
        "notice": picture.site.notice,
        "generated_at": _instant(picture.written_at),
        "checked_at": _instant(picture.checked_at),
        "data_revision": picture.revision,
        "signature": first.url(f"{PATH}.sig"),
        "public_key": first.url(".well-known/trust-key.json"),
        "reputation": _reputation(picture.reputation),
        "score": scorecard.told(first, picture.score),
        "promises": [_promise(first, shown) for shown in picture.promises],
        "withdrawn": [_gone(first, gone) for gone in picture.withdrawn],
    }
    return msgspec.json.format(msgspec.json.encode(whole, enc_hook=_plain), indent=1) + b"\n"


def _reputation(found: Reputation) -> dict[str, object]:
    return {
        "kept": found.kept,
        "judged": found.judged,
        "at_risk": found.at_risk,
        "interval": [found.interval.low, found.interval.high] if found.interval else None,
        "apart": [{"slug": one.slug, "verdict": one.verdict} for one in found.apart],
    }


def _promise(edition: Edition, shown: Shown) -> dict[str, object]:
    standing = shown.standing
    return {
        "slug": shown.slug,
        "name": standing.name,
        "text": standing.text,
        "url": edition.url(f"promises/{shown.slug}/"),
        "evidence": edition.url(f"promises/{shown.slug}/days.csv"),
        "source_url": standing.source_url,
        "remedy": standing.remedy,
        "pillar": standing.pillar,
        "touchpoint": standing.touchpoint,
        **_figures(standing),
        "terms": _terms(shown.document),
        "windows": [_window(window) for window in standing.windows],
        "days": [[f"{d.date}", d.good, d.total, d.verdict] for d in standing.strip],
        **_history(shown),
    }


def _figures(standing: Standing) -> dict[str, object]:
    return {
        "evaluator": standing.evaluator,
        "version": standing.version,
        "target": standing.target,
        "time_zone": standing.zone,
        "verdict": standing.verdict,
        "why": standing.why,
        "good": standing.good,
        "total": standing.total,
        "raw_good": standing.raw_good,
        "raw_total": standing.raw_total,
        "pending": standing.pending,
        "provisional": standing.provisional,
        "restated": standing.restated,
        "judged_at": _instant(standing.judged_at),
    }


def _terms(document: Mapping[str, object]) -> object:
    """Return how it is counted, as declared; who declared it stays inside."""
    return document.get("spec", {})


def _window(result: WindowResult) -> dict[str, object]:
    budget = result.budget
    return {
        **{name: getattr(result, name) for name in _WINDOW},
        "starts_at": _instant(result.starts_at),
        "at": _instant(result.at),
        "interval": [result.interval.low, result.interval.high] if result.interval else None,
        "budget": None if budget is None else {
            "allowed": budget.allowed,
            "consumed": budget.consumed,
            "burn": budget.burn,
            "exhausted_in": budget.exhausted_in.total_seconds() if budget.exhausted_in else None,
        },
        "excluded": [asdict(one) for one in result.excluded],
    }  # fmt: skip


_WINDOW = (
    "window", "verdict", "why", "target", "good", "total", "raw_good", "raw_total", "coverage",
    "dispersion", "forecast", "unknown", "no_promise", "provisional", "restated",
)  # fmt: skip


def _gone(edition: Edition, gone: Withdrawn) -> dict[str, object]:
    return {
        "slug": gone.slug,
        "name": gone.name,
        "text": gone.text,
        "url": edition.url(f"promises/{gone.slug}/"),
        "withdrawn_at": _instant(gone.at),
        **_events(gone),
    }


def _history(shown: Shown) -> dict[str, object]:
    return {**_events(shown), "exclusions": _exclusions(shown)}


def _exclusions(shown: Shown) -> list[dict[str, object]]:
    return [
        {
            "category": e.category,
            "reason": e.reason,
            "where": e.where,
            "starts_at": _instant(e.starts_at),
            "ends_at": _instant(e.ends_at),
            "recorded_at": _instant(e.recorded_at),
            "withdrawn_at": _instant(e.withdrawn_at),
            "retroactive": e.retroactive,
        }
        for e in shown.exclusions
    ]


def _events(shown: Shown | Withdrawn) -> dict[str, object]:
    return {
        "targets": [_target(change) for change in shown.targets],
        "flips": [
            {"window": f.window, "was": f.was, "now": f.now, "at": _instant(f.at)}
            for f in shown.flips
        ],
        "violations": [_violation(each) for each in shown.violations],
        "restatements": [
            {
                "day": f"{r.date}",
                "before": [r.before_good, r.before_total],
                "after": [r.after_good, r.after_total],
                "reason": r.reason,
                "at": _instant(r.at),
            }
            for r in shown.restatements
        ],
    }


def _violation(each: Violation) -> dict[str, object]:
    """Return when it was broken and what became of the remedy; who recorded it stays inside."""
    return {
        "window": each.window,
        "began_at": _instant(each.began_at),
        "ended_at": _instant(each.ended_at),
        "ended_as": each.ended_as,
        "restated": each.restated,
        "promised": each.remedy,
        "remedy": each.state,
        "note": each.note,
        "remedies": [
            {"state": row.state, "note": row.note, "at": _instant(row.at)} for row in each.remedies
        ],
    }


def _target(change: TargetChange) -> dict[str, object]:
    return {
        "version": change.version,
        "was": change.was,
        "now": change.now,
        "effective_from": _instant(change.effective_from),
        "declared_at": _instant(change.declared_at),
        "reason": change.reason,
        "changed": list(change.changed),
    }


def _instant(at: datetime | None) -> str | None:
    text = at.astimezone(UTC).isoformat(timespec="microseconds") if at else None
    return text.replace("+00:00", "Z") if text else None


def _plain(value: object) -> object:
    if isinstance(value, Fraction):
        exact = float(value)
        return int(value) if value.denominator == 1 else exact
    raise TypeError(f"{value!r} has no place in trust.json")
