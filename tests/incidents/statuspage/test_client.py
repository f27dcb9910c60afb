"""Atlassian's own generated client from PyPI, unmodified, in an environment of its own.

Its pins are older than ours, so it is not installed beside us: STATUSPAGE_CLIENT_PYTHON names a
Python that has `atlassian-statuspage`, and the test is skipped where there is none.
"""

import os
import subprocess

import pytest

from troth.incidents.models import Incident

SCRIPT = """
import sys
import atlassian_statuspage as client

config = client.Configuration()
config.host, config.api_key = sys.argv[1] + "/v1", {"Authorization": sys.argv[2]}
config.api_key_prefix = {"Authorization": "OAuth"}
api = client.ApiClient(config)
page = "abcdefghijkl"
components, incidents = client.ComponentsApi(api), client.IncidentsApi(api)
made = components.post_pages_page_id_components(
    {"component": {"name": "Shop", "description": "Sells."}}, page)
opened = incidents.post_pages_page_id_incidents(
    {"incident": {"name": "Payments fail", "body": "We look.", "status": "investigating",
                  "components": {made.id: "major_outage"}, "component_ids": [made.id]}}, page)
assert (opened.status, opened.impact) == ("investigating", "critical"), opened
found = incidents.get_pages_page_id_incidents_unresolved(page)
assert [one.id for one in found] == [opened.id], found
assert components.get_pages_page_id_components_component_id(page, made.id).status == "major_outage"
done = incidents.patch_pages_page_id_incidents_incident_id(
    {"incident": {"status": "resolved", "body": "Done."}}, page, opened.id)
assert done.status == "resolved" and done.resolved_at is not None, done
assert [one.body for one in done.incident_updates] == ["Done.", "We look."], done
print("well")
"""


@pytest.mark.django_db(transaction=True)
def test_atlassians_own_client_opens_and_resolves_an_incident(live_server, token):
    python = os.environ.get("STATUSPAGE_CLIENT_PYTHON")
    if not python:
        pytest.skip("STATUSPAGE_CLIENT_PYTHON names no Python with atlassian-statuspage")
    done = subprocess.run(
        [python, "-c", SCRIPT, live_server.url, token("write")],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == "well", done.stderr[-2000:]
    assert Incident.objects.get().state == "resolved"
