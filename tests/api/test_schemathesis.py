"""Requests made from the schema: whatever is sent, the answer is one that the schema describes.

What fits the schema must be accepted. A schema cannot say which cursor was given before, which
windows a promise has, or that one instant lies after another: `_FITTED` says it in its place, and
only for requests that are meant to be accepted.
"""

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from tests.api import language
from troth.config import answering
from troth.metrics.models import Series, Stream

BASE = "/api/v1"


@schemathesis.serializer("application/x-ndjson")
def ndjson(ctx, value):
    """Write one JSON text a line; what is no list is one line."""
    lines = value if isinstance(value, list) else [value]
    return "\n".join(json.dumps(line) for line in lines).encode()


schemathesis.openapi.format("date-time", language.instants())
schemathesis.openapi.format("condition", language.conditions())
schema = schemathesis.openapi.from_wsgi(f"{BASE}/openapi.json", answering.behind(threads=8))


@pytest.mark.django_db(transaction=True)
@schema.given(data=st.data())
@schema.parametrize()
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
def test_every_operation_answers_as_its_schema_says(case, writer, client, data):
    if case.meta.generation.mode.is_positive:
        _fit(case, data.draw, lambda path, **query: client.get(path, query, headers=writer))
    case.call_and_validate(headers=writer)


def _fit(case, draw, get):
    """Make a request that fits the schema fit the shop as well."""
    _fit_path(case.path_parameters)
    if "If-Match" in case.headers:
        case.headers["If-Match"] = draw(st.sampled_from(("*", _etag(get))))
    if case.query.get("window"):
        case.query["window"] = draw(st.sampled_from(("14d", "1M")))
    if fit := _FITTED.get((case.method, case.path)):
        fit(case, draw)
    if case.query.get("cursor"):
        _follow(case, get)


def _fit_path(path):
    if "slug" in path:
        path["slug"] = "on-time"
    if "component" in path:
        path["component"] = "search"
    if "key" in path:
        path["key"] = Stream.objects.first().key
    if "pk" in path:  # one that keeps percentiles
        path["pk"] = Series.objects.filter(measure__sketch=True)[0].pk


def _etag(get):
    return get(f"{BASE}/promises/on-time")["ETag"]


def _follow(case, get):
    """Ask for the page after the first one, if there is one."""
    asked = {name: value for name, value in case.query.items() if value is not None}
    first = get(case.formatted_path, **{**asked, "limit": 1, "cursor": ""}).json()
    case.query["cursor"] = first.get("next")
    if case.query["cursor"] is None:
        del case.query["cursor"]


def _declared(case, draw):
    case.body["document"] = draw(language.documents("on-time"))
    # After a change that waits for its day, none can take effect before that.
    case.body["document"]["spec"].pop("effective_from", None)


def _tried(case, draw):
    case.body["document"] = draw(language.documents("a-draft"))


def _open(case, draw):
    days = st.lists(st.sampled_from(("mon", "wed", "sun")), min_size=1, max_size=3)
    holidays = st.lists(st.sampled_from(("2026-12-25", "2026-12-26 A day off")), max_size=2)
    case.body |= {"title": "Our office", "zone": "Europe/Berlin", "hours": "09:00-17:00",
                  "weekdays": draw(days), "holidays": draw(holidays)}  # fmt: skip


def _excluded(case, draw):
    case.body["category"], case.body["where"] = "storm", draw(language.conditions())
    case.body.update({"starts_at": None, "ends_at": None, **draw(language.spans())})


def _suspended(case, draw):
    case.body.update({"ends_at": None, **draw(language.spans())})


def _ordered(case, draw):
    """Let a span of tallies begin before it ends, and not hold more buckets than are given."""
    found = draw(language.spans(days=1000))
    case.query["start"], case.query["end"] = found["starts_at"], found.get("ends_at")
    if case.query["end"] is None:
        del case.query["start"], case.query["end"]


def _opened(case, draw):
    """Let a draft name no component, be of no future and promise no date: those are refused."""
    case.body.update({"components": {}, "publish": False, "started_at": None, "at": None})
    case.body.update({"since": None, "name": "A name", "body": "What we say.", "state": None})
    if "aware_at" in case.body:
        case.body.update({"aware_at": "2024-01-31T18:00:00Z", "kind": "breach"})
    elif case.body.get("kind") == "maintenance":
        case.body["kind"] = "incident"
    _new_token(case, draw)


def _announced(case, draw):
    case.body.update({"components": {}, "verify": 0, "name": "A name", "body": "What we plan."})
    case.body.update({"affects": "Everyone.", "scheduled_for": "2199-06-01T02:00:00Z"})
    case.body["scheduled_until"] = "2199-06-01T04:00:00Z"
    _new_token(case, draw)


def _new_token(case, draw):
    """Give each request a key of its own: the same one may not be used for two things."""
    case.headers["Idempotency-Key"] = draw(st.uuids()).hex


def _said(case, draw):
    """Let a word end after it begins, and answer what stands."""
    if isinstance(case.body, dict):
        case.body["until"] = None
    if "If-Match" in case.headers:
        case.headers["If-Match"] = "*"


def _between(case, draw):
    case.query.update({"since": "2024-01-01T00:00:00Z", "until": "2024-02-01T00:00:00Z"})


def _reached(case, draw):
    """Let a reader have an address, want what can be told, and be of the main page."""
    case.body.update({"channel": "webhook", "address": "https://hooks.example.com/", "page": ""})
    case.body.update({"events": ["incidents"], "parts": [], "zone": "UTC", "language": "en"})
    case.body.update({"quiet_from": "22:00", "quiet_until": "07:00", "owner": "ops@example.com"})


def _alone(case, draw):
    case.body.update({"channel": "webhook", "address": "https://hooks.example.com/"})


def _brought(case, draw):
    case.body.update({"events": ["incidents"], "page": ""})


def _found(case, draw):
    case.query.pop("address", None)


def _paused(case, draw):
    case.body["until"] = None


def _ruled(case, draw):
    half_life = f"{draw(st.integers(1, 90))}d"
    case.body["document"] = {
        "apiVersion": "troth/v1", "kind": "ScoreRules", "metadata": {"name": "score"},
        "spec": {"half_life": half_life, "reason": "Parcels are few."},
    }  # fmt: skip


def _signed(case, draw):
    """Let a deception have a name of its own, and lie in the past."""
    name = f"a-{draw(st.uuids()).hex}"
    case.body.update({"name": name, "promise": "", "happened_on": "2024-01-31"})


def _of_days(case, draw):
    case.query.update({"since": "2026-01-01", "until": "2026-03-01"})


def _moved(case, draw):
    """Let a span of the score begin after the shop's first case and before its end."""
    case.query.update({"start": "2026-03-10T00:00:00Z", "end": "2026-03-20T00:00:00Z"})


_FITTED = {
    ("PUT", f"{BASE}/score/rules"): _ruled,
    ("POST", f"{BASE}/integrity-events"): _signed,
    ("GET", f"{BASE}/score/days"): _of_days,
    ("GET", f"{BASE}/score/attribution"): _moved,
    ("POST", f"{BASE}/subscribers"): _reached,
    ("POST", f"{BASE}/subscribers/import"): _brought,
    ("GET", f"{BASE}/subscribers"): _found,
    ("POST", f"{BASE}/subscribers/{{uid}}/pause"): _paused,
    ("POST", f"{BASE}/suppressions"): _alone,
    ("PUT", f"{BASE}/components/{{component}}/word"): _said,
    ("DELETE", f"{BASE}/components/{{component}}/word"): _said,
    ("GET", f"{BASE}/components/{{component}}/history"): _between,
    ("GET", f"{BASE}/components/{{component}}/downtime"): _between,
    ("POST", f"{BASE}/incidents"): _opened,
    ("POST", f"{BASE}/breaches"): _opened,
    ("POST", f"{BASE}/maintenance"): _announced,
    ("PUT", f"{BASE}/promises/{{slug}}"): _declared,
    ("POST", f"{BASE}/backtests"): _tried,
    ("POST", f"{BASE}/promises/{{slug}}/exclusions"): _excluded,
    ("PUT", f"{BASE}/calendars/{{slug}}"): _open,
    ("POST", f"{BASE}/promises/{{slug}}/suspensions"): _suspended,
    ("GET", f"{BASE}/series/{{pk}}/tallies"): _ordered,
    ("GET", f"{BASE}/series/{{pk}}/percentiles"): _ordered,
}
