"""A supplier's page, well, unwell and odd."""

import json

import pytest


def summary(**statuses):
    return {
        "page": {"id": "p", "name": "Supplier", "url": "https://x.example", "updated_at": None},
        "status": {"indicator": "minor", "description": "Partly Degraded Service"},
        "components": [
            {"id": f"id-{name}", "name": name, "status": status, "group": name == "All"}
            for name, status in statuses.items()
        ],
        "incidents": [{"name": "Slow pushes", "impact": "minor", "status": "monitoring"}],
        "scheduled_maintenances": [],
    }


@pytest.fixture
def page(web):
    def served(body, status="200 OK"):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(raw)}\r\n\r\n".encode()
        return {"url": f"http://127.0.0.1:{web(head + raw)}"}

    return served


@pytest.mark.mission("S2.5")
@pytest.mark.parametrize(
    ("component", "outcome"), [("Git", "up"), ("id-Pages", "down"), ("", "down"), ("Mail", "up")]
)
def test_a_component_has_the_state_that_the_supplier_tells(check, page, component, outcome):
    told = summary(
        All="major_outage", Git="operational", Pages="partial_outage", Mail="under_maintenance"
    )
    found = check("statuspage", {**page(told), "component": component})
    assert found.outcome == outcome
    if outcome == "down":
        assert 'status is "partial_outage"' in found.reason
        assert "Pages: partial_outage" in found.excerpt


@pytest.mark.parametrize(
    ("component", "reason"),
    [
        ("Git", ""),
        ("Pages", 'status is "degraded_performance"'),
        ("", 'status is "degraded_performance"'),
    ],
)
def test_a_supplier_that_is_slower_by_his_own_word_is_degraded(check, page, component, reason):
    told = summary(Git="operational", Pages="degraded_performance")
    found = check("statuspage", {**page(told), "component": component})
    assert (found.outcome, found.reason) == ("degraded" if reason else "up", reason)
    if reason:
        assert "Pages: degraded_performance" in found.excerpt


def test_a_minor_incident_without_a_component_is_degraded(check, page):
    found = check("statuspage", page(summary(Git="operational")))
    assert (found.outcome, found.reason) == (
        "degraded",
        'the page says "Partly Degraded Service"',
    )


def test_a_condition_of_ones_own_may_be_stricter(check, page):
    settings = page(summary(Git="degraded_performance"))
    assert check("statuspage", settings, condition='status == "operational"').outcome == "down"


def test_everything_else_may_be_asked(check, page):
    settings = {**page(summary(Git="operational")), "component": "Git"}
    told = 'component["Git"] == "operational" and indicator == "minor" and page == "Supplier"'
    assert check("statuspage", settings, condition=told).outcome == "up"
    assert check("statuspage", settings, condition='"Slow pushes" in incidents').outcome == "up"


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (summary(Git="on fire"), "200 OK", "status is "),
        (summary(), "200 OK", "status is "),
        ({"page": 3}, "200 OK", "no summary of a status page"),
        (b"<html>", "200 OK", "no summary of a status page"),
        (b"", "503 No", "/api/v2/summary.json answers with status 503"),
    ],
)
def test_odd_pages_are_down(check, page, body, status, reason):
    found = check("statuspage", page(body, status))
    assert found.outcome == "down"
    assert reason in found.reason


def test_a_component_that_is_not_there(check, page):
    found = check("statuspage", {**page(summary(Git="operational")), "component": "Nobody"})
    assert found.reason == "the page has no component “Nobody”"


def test_hanging_and_forbidden(check, hanging):
    settings = {"url": f"http://127.0.0.1:{hanging}/"}
    assert check("statuspage", settings, timeout=300).reason == "no answer within 0.3 s"
    assert "private network" in check("statuspage", settings, private=False).reason
