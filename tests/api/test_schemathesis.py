"""Requests made from the schema: whatever is sent, the answer is one that the schema describes."""

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from troth.config.wsgi import application


@schemathesis.serializer("application/x-ndjson")
def ndjson(ctx, value):
    """Write one JSON text a line; what is no list is one line."""
    lines = value if isinstance(value, list) else [value]
    return "\n".join(json.dumps(line) for line in lines).encode()


schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
# A schema cannot say which expressions can be read, which cursors we gave, or which windows a
# promise has: what fits its shape may still be refused, with a reason (the other checks hold).
UNTOLD = [positive_data_acceptance]


@pytest.mark.django_db(transaction=True)
@schema.parametrize()
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
def test_every_operation_answers_as_its_schema_says(case, writer):
    if "slug" in case.path_parameters and case.meta.generation.mode.is_positive:
        case.path_parameters["slug"] = "on-time"
    case.call_and_validate(headers=writer, excluded_checks=UNTOLD)
