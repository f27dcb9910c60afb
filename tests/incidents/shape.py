"""The keys of Statuspage's subscriber webhooks, as Atlassian documents them."""

META = {"unsubscribe", "documentation", "generated_at"}
PAGE = {"id", "status_indicator", "status_description"}
INCIDENT = {
    "backfilled", "created_at", "id", "impact", "impact_override", "incident_updates",
    "monitoring_at", "name", "postmortem_body", "postmortem_body_last_updated_at",
    "postmortem_ignored", "postmortem_notified_subscribers", "postmortem_notified_twitter",
    "postmortem_published_at", "resolved_at", "scheduled_auto_transition", "scheduled_for",
    "scheduled_remind_prior", "scheduled_reminded_at", "scheduled_until", "shortlink", "status",
    "updated_at",
}  # fmt: skip
UPDATE = {
    "body", "created_at", "display_at", "id", "incident_id", "status", "twitter_updated_at",
    "updated_at", "wants_twitter_update",
}  # fmt: skip
COMPONENT = {"id", "name", "status"}
