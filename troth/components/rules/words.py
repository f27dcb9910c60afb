"""Words of statuses, causes and privacy, for people. Pure."""

from troth.components.rules.results import Cause, Status

WORDS = {
    Status.OPERATIONAL: "works",
    Status.DEGRADED: "slow or limited",
    Status.PARTIAL: "partly down",
    Status.MAJOR: "down",
    Status.MAINTENANCE: "under maintenance",
    Status.NO_DATA: "no data",
}
CAUSES = {
    Cause.PROBE: "a probe",
    Cause.PERSON: "a person",
    Cause.INCIDENT: "an incident",
    Cause.MAINTENANCE: "a maintenance",
}
PRIVACY = {
    "public": "everybody",
    "login": "whoever is signed in",
    "link": "whoever has a link that is still good",
    "network": "whoever comes from a listed network",
}
