"""What a program does that writes with a client of others, GameSparks' and Crunch's. Run alone."""

import sys
from datetime import UTC, datetime, timedelta

import statuspageio
from statuspageio.errors import RequestError, ResourceError

client = statuspageio.Client(base_url=sys.argv[1], api_key=sys.argv[2], page_id="abcdefghijkl",
                             organization_id="abcdefghijkl")  # fmt: skip
page = client.pages.get()
assert (page.id, page.time_zone) == ("abcdefghijkl", "Etc/UTC"), page
shop = client.components.create(name="Shop", description="Sells.", status="operational")
assert [one.id for one in client.components.list()] == [shop.id]
group = client.component_groups.create("Core", [shop.id], description="All.")
assert [one.components for one in client.component_groups.list()] == [[shop.id]]
made = client.incidents.create(name="Slow", body="We look.", status="investigating",
                               component_ids=[shop.id], impact_override="minor",
                               wants_twitter_update=False, metadata={})  # fmt: skip
assert (made.impact, made.impact_override) == ("minor", "minor"), made
assert [one.id for one in made.components] == [shop.id], made
assert client.components.get(shop.id).status == "operational"
assert [one.id for one in client.incidents.list_unresolved()] == [made.id]
said = client.incidents.update(made.id, status="identified", body="Found it.")
assert [one.body for one in said.incident_updates] == ["Found it.", "We look."], said
client.incidents.update(made.id, status="resolved", body="Done.")
assert client.incidents.list(q="slow")[0].status == "resolved"
now = datetime.now(tz=UTC)  # noqa: TID251 - a program of others
plan = client.incidents.create_scheduled(
    name="Disks",
    body="New disks.",
    status="scheduled",
    component_ids=[shop.id],
    scheduled_for=(now + timedelta(days=4)).isoformat(),
    scheduled_until=(now + timedelta(days=4, hours=1)).isoformat(),
    scheduled_auto_in_progress=True,
)
assert plan.scheduled_auto_in_progress is True, plan
assert [one.id for one in client.incidents.list_upcoming()] == [plan.id]
for refused, error in (
    (lambda: client.incidents.delete(made.id), RequestError),
    (lambda: client.components.create(name=""), ResourceError),
):
    try:
        refused()
    except error:
        continue
    raise AssertionError(error)
assert client.component_groups.delete(group.id) == 204
assert client.components.delete(shop.id) == 204
assert client.components.list() == []
