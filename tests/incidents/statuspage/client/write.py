"""What a program does that writes to Statuspage with Atlassian's own client. Run by its Python."""

import json
import sys

import atlassian_statuspage as client
import requests

host, key, page = sys.argv[1] + "/v1", sys.argv[2], "abcdefghijkl"
config = client.Configuration()
config.host, config.api_key = host, {"Authorization": key}
config.api_key_prefix = {"Authorization": "OAuth"}
api = client.ApiClient(config)
components, incidents = client.ComponentsApi(api), client.IncidentsApi(api)
groups, learned = client.ComponentGroupsApi(api), client.IncidentPostmortemApi(api)
updates, metrics = client.IncidentUpdatesApi(api), client.MetricsApi(api)


def raw(path):
    """Return the JSON of an address below the page, as it comes over the wire."""
    answer = requests.get(f"{host}/pages/{page}/{path}", timeout=10,
                          headers={"Authorization": f"OAuth {key}"})  # fmt: skip
    answer.raise_for_status()
    return answer.json()


def lacks(model, value):
    """Return the fields of Atlassian's reference that an answer of ours does not have."""
    return sorted(set(model.attribute_map.values()) - set(value))


made = components.post_pages_page_id_components(
    {"component": {"name": "Shop", "description": "Sells.", "only_show_if_degraded": True,
                   "start_date": "2024-01-01"}}, page)  # fmt: skip
assert (made.only_show_if_degraded, str(made.start_date)) == (True, "2024-01-01"), made
group = groups.post_pages_page_id_component_groups(
    {"component_group": {"name": "Core", "components": [made.id]}, "description": "All."}, page
)
assert components.get_pages_page_id_components_component_id(page, made.id).group_id == group.id
opened = incidents.post_pages_page_id_incidents(
    {"incident": {"name": "Payments fail", "body": "We look.", "status": "investigating",
                  "components": {made.id: "major_outage"},
                  "component_ids": [made.id]}}, page)  # fmt: skip
assert (opened.status, opened.impact) == ("investigating", "critical"), opened
found = incidents.get_pages_page_id_incidents_unresolved(page)
assert [one.id for one in found] == [opened.id], found
assert components.get_pages_page_id_components_component_id(page, made.id).status == "major_outage"
first = opened.incident_updates[0]
updates.patch_pages_page_id_incidents_incident_id_incident_updates_incident_update_id(
    {"incident_update": {"body": "We look into it."}}, page, opened.id, first.id
)
done = incidents.patch_pages_page_id_incidents_incident_id(
    {"incident": {"status": "resolved", "body": "Done."}}, page, opened.id
)
assert done.status == "resolved", done
assert done.resolved_at is not None, done
assert [one.body for one in done.incident_updates] == ["Done.", "We look into it."], done
text = "We are sorry.\n\n## Cause\nA bug.\n\n## Fix\nWe fixed it.\n\n## Prevention\nA test."
draft = learned.put_pages_page_id_incidents_incident_id_postmortem(
    {"postmortem": {"body_draft": text}}, page, opened.id
)
assert draft.published_at is None, draft
assert "A bug." in draft.body_draft, draft
public = learned.put_pages_page_id_incidents_incident_id_postmortem_publish(
    {"postmortem": {"notify_subscribers": True}}, page, opened.id
)
assert public.published_at is not None, public
assert "A test." in public.body, public
metrics.post_pages_page_id_metrics_metric_id_data(
    {"data": {"timestamp": 1714557600, "value": 4.5}}, page, "queue"
)
sys.stdout.write(json.dumps({
    "uptime": lacks(client.ComponentUptime, raw(f"components/{made.id}/uptime")),
    "page": lacks(client.Page, requests.get(f"{host}/pages", timeout=10, headers={
        "Authorization": f"OAuth {key}"}).json()[0]),
    "component": lacks(client.Component, raw("components")[0]),
    "group": lacks(client.GroupComponent, raw("component-groups")[0]),
    "incident": lacks(client.Incident, raw("incidents")[0]),
    "update": lacks(client.IncidentUpdate, raw("incidents")[0]["incident_updates"][0]),
    "postmortem": lacks(client.Postmortem, raw(f"incidents/{opened.id}/postmortem")),
}))  # fmt: skip
