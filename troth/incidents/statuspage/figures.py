"""Metrics data: each point becomes a signal, counted and judged like any other."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpRequest

from troth.core import clock
from troth.core.refusals import Refusal
from troth.incidents.importing import reading
from troth.incidents.statuspage.asked import body_of
from troth.incidents.statuspage.doors import Answer, Token
from troth.signals import actions
from troth.signals.envelope import Signal
from troth.staff import rules

SOURCE, KIND = "statuspage", "metric"
_MOST = 3_000  # points in one request


def one(request: HttpRequest, token: Token, page: str, metric: str) -> Answer:  # noqa: ARG001
    """Take one point of one metric: {"data": {"timestamp": seconds, "value": number}}."""
    point = body_of(request).get("data")
    _take([_signal(metric, point)], token)
    return 201, {"data": point}


def many(request: HttpRequest, token: Token, page: str) -> Answer:  # noqa: ARG001
    """Take points of many metrics: {"data": {metric: [{"timestamp", "value"}]}}."""
    data = body_of(request).get("data")
    if not isinstance(data, dict):
        raise Refusal(400, "the body has no object “data”")
    _take(list(_signals(data)), token)
    return 202, data


def _signals(data: dict[str, Any]) -> Iterator[Signal]:
    for metric, points in data.items():
        if not isinstance(points, Iterable):
            raise Refusal(422, f"{metric} is no list of points", field="data")
        for point in points:
            yield _signal(metric, point)


def _signal(metric: str, point: object) -> Signal:
    values = point if isinstance(point, dict) else {}
    value, at = values.get("value"), _instant(values.get("timestamp"))
    if at is None or isinstance(value, bool) or not isinstance(value, int | float):
        raise Refusal(422, "a point has a timestamp in seconds and a value", field="data")
    key = f"{metric[:100]}/{at.isoformat()}"
    return Signal(
        source=SOURCE, kind=KIND, key=key, happened_at=at, value=float(value),
        segment={"metric": metric[:100]},
    )  # fmt: skip


def _instant(value: object) -> Any:  # noqa: ANN401 - an instant or None
    try:
        return reading.instant(float(value) if isinstance(value, str) else value)
    except (ValueError, OverflowError, OSError):
        return None


def _take(signals: list[Signal], token: Token) -> None:
    if len(signals) > _MOST:
        raise Refusal(413, f"a request has at most {_MOST:,} points")
    if not rules.may_send(token.sources, SOURCE):
        raise Refusal(403, f"this token may not send signals as “{SOURCE}”")
    try:
        actions.accept(batches=[signals], door="statuspage", now=clock.now())
    except (actions.SpoolFull, actions.StoreBusy):
        raise Refusal(503, "there is no room right now; send it again soon") from None
    except actions.DiskFull:
        raise Refusal(507, "the disk is full") from None
