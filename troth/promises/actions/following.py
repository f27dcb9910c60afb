"""Which series the metrics keep tallied for a promise."""

from collections.abc import Iterable
from datetime import datetime

from troth.metrics import actions as metrics
from troth.metrics.rules import Measure
from troth.promises.models import Followed
from troth.promises.queries.dockets import Docket
from troth.promises.rules import measures

Part = tuple[int, str, int]  # (version, part, grain)


def follow(dockets: Iterable[Docket], *, now: datetime) -> None:
    """Follow what judging these promises needs, now and at their next version; drop the rest."""
    for docket in dockets:
        wanted = dict(_wanted(docket, now))
        kept = {
            (row.version_id, row.part, row.grain): row
            for row in Followed.objects.filter(version__promise=docket.promise)
        }
        zone = docket.terms(now, now).zone
        dropped = [row.series_id for part, row in kept.items() if part not in wanted]
        Followed.objects.filter(pk__in=[r.pk for p, r in kept.items() if p not in wanted]).delete()
        for (version, part, grain), measure in wanted.items():
            series = metrics.follow(measure=measure, zone=zone, grain=grain)
            row = kept.get((version, part, grain))
            if row is None or row.series_id != series.pk:
                dropped += [row.series_id] if row else []
                Followed.objects.update_or_create(
                    version_id=version, part=part, grain=grain, defaults={"series": series}
                )
        for series_id in set(dropped):
            metrics.unfollow(series=series_id)


def let_go(docket: Docket) -> None:
    """Follow nothing any more for a promise that is retired."""
    rows = Followed.objects.filter(version__promise=docket.promise)
    series = set(rows.values_list("series_id", flat=True))
    rows.delete()
    for one in series:
        metrics.unfollow(series=one)


def _wanted(docket: Docket, now: datetime) -> Iterable[tuple[Part, Measure]]:
    starts = [version.effective_from for version in docket.versions]
    for at in {now, max([now, *(start for start in starts if start is not None)])}:
        for regime in docket.regimes(at, now):
            parts = measures.parts(regime.terms, regime.bounds, docket.taken(now))
            for (part, grain), measure in parts.items():
                yield (regime.version, part, grain), measure
