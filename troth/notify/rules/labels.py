"""The few words of our own in messages, in each language that we ship. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from troth.notify.rules.events import Event, Severity

LANGUAGES: Final = ("en", "de")

_EVENTS: Final[Mapping[str, Mapping[Event, str]]] = {
    "en": {
        Event.INCIDENT_OPENED: "Problem",
        Event.INCIDENT_UPDATED: "Update",
        Event.INCIDENT_RESOLVED: "Solved",
        Event.INCIDENT_POSTMORTEM: "What we learned",
        Event.MAINTENANCE_ANNOUNCED: "Planned work",
        Event.MAINTENANCE_UPDATED: "Planned work changed",
        Event.MAINTENANCE_REMINDER: "Planned work soon",
        Event.MAINTENANCE_STARTED: "Planned work has begun",
        Event.MAINTENANCE_COMPLETED: "Planned work is done",
        Event.PROMISE_BROKEN: "Promise broken",
        Event.PROMISE_KEPT: "Promise kept again",
        Event.PROMISE_CHANGED: "Promise changed",
        Event.BREACH_NOTICE: "Your data",
        Event.IDEA_SHIPPED: "Done",
        Event.CERTIFICATE_RENEWED: "Certificate renewed",
        Event.CERTIFICATE_EXPIRING: "Certificate ends soon",
        Event.DIGEST_WEEKLY: "The week",
        Event.ALERT_RAISED: "Alert",
        Event.ALERT_TAKEN: "Alert taken on",
        Event.ALERT_CLEARED: "Alert over",
        Event.TEST: "Test",
        Event.SUBSCRIPTION_CONFIRM: "Please confirm",
        Event.REPORT_ANSWERED: "Answer",
        Event.SUBSCRIPTION_FAILING: "Not reached",
        Event.INSIGHT_REPORTED: "Report",
        Event.COMPONENT_UPDATED: "State",
    },
    "de": {
        Event.INCIDENT_OPENED: "Störung",
        Event.INCIDENT_UPDATED: "Neuer Stand",
        Event.INCIDENT_RESOLVED: "Behoben",
        Event.INCIDENT_POSTMORTEM: "Was wir gelernt haben",
        Event.MAINTENANCE_ANNOUNCED: "Geplante Arbeiten",
        Event.MAINTENANCE_UPDATED: "Geplante Arbeiten geändert",
        Event.MAINTENANCE_REMINDER: "Geplante Arbeiten bald",
        Event.MAINTENANCE_STARTED: "Geplante Arbeiten haben begonnen",
        Event.MAINTENANCE_COMPLETED: "Geplante Arbeiten fertig",
        Event.PROMISE_BROKEN: "Versprechen gebrochen",
        Event.PROMISE_KEPT: "Versprechen wieder gehalten",
        Event.PROMISE_CHANGED: "Versprechen geändert",
        Event.BREACH_NOTICE: "Ihre Daten",
        Event.IDEA_SHIPPED: "Fertig",
        Event.CERTIFICATE_RENEWED: "Zertifikat erneuert",
        Event.CERTIFICATE_EXPIRING: "Zertifikat läuft bald ab",
        Event.DIGEST_WEEKLY: "Die Woche",
        Event.ALERT_RAISED: "Alarm",
        Event.ALERT_TAKEN: "Alarm übernommen",
        Event.ALERT_CLEARED: "Alarm vorbei",
        Event.TEST: "Probe",
        Event.SUBSCRIPTION_CONFIRM: "Bitte bestätigen",
        Event.REPORT_ANSWERED: "Antwort",
        Event.SUBSCRIPTION_FAILING: "Nicht erreicht",
        Event.INSIGHT_REPORTED: "Bericht",
        Event.COMPONENT_UPDATED: "Zustand",
    },
}
_SEVERITIES: Final = {
    "en": {Severity.MINOR: "Minor", Severity.MAJOR: "Major", Severity.CRITICAL: "Critical"},
    "de": {Severity.MINOR: "Gering", Severity.MAJOR: "Groß", Severity.CRITICAL: "Kritisch"},
}
_NAMES: Final = {
    "en": {
        "state": "State", "severity": "Severity", "affects": "Affected", "since": "Since",
        "until": "Until", "advice": "What to do", "next_at": "We speak again", "parts": "Parts",
        "from": "From",
    },
    "de": {
        "state": "Stand", "severity": "Schwere", "affects": "Betroffen", "since": "Seit",
        "until": "Bis", "advice": "Was Sie tun können", "next_at": "Wir melden uns",
        "parts": "Teile", "from": "Von",
    },
}  # fmt: skip
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
                  "Dec")  # fmt: skip


def spoken(language: str) -> str:
    """Return the language that we ship for one that is wanted, such as de for de-AT."""
    short = language.partition("-")[0].lower()
    return short if short in LANGUAGES else LANGUAGES[0]


def of_event(event: Event, language: str) -> str:
    return _EVENTS[spoken(language)][event]


def of_severity(severity: Severity, language: str) -> str:
    """Return the severity in words; nothing of none."""
    return _SEVERITIES[spoken(language)].get(severity, "")


def of_field(name: str, language: str) -> str:
    return _NAMES[spoken(language)][name]


def moment(at: datetime, zone: ZoneInfo, language: str) -> str:
    """Return an instant with its date and zone, such as 22 Nov 2026, 14:05 CET (UTC+1)."""
    local = at.astimezone(zone)
    offset = _offset(local)
    name = _zone(local)
    whole = name if name.startswith(offset) or not local.utcoffset() else f"{name} ({offset})"
    if spoken(language) == "de":
        return f"{local:%d.%m.%Y, %H:%M} {whole}"
    return f"{local.day} {_MONTHS[local.month - 1]} {local:%Y, %H:%M} {whole}"


def day(one: date, language: str) -> str:
    """Return a day as it is said, such as 22 Nov 2026."""
    if spoken(language) == "de":
        return f"{one:%d.%m.%Y}"
    return f"{one.day} {_MONTHS[one.month - 1]} {one:%Y}"


def hour(at: datetime, zone: ZoneInfo) -> str:
    """Return the time of the day with its zone, such as 14:05 CET."""
    local = at.astimezone(zone)
    return f"{local:%H:%M} {_zone(local)}"


def _zone(local: datetime) -> str:
    """Return what people call a zone; many have no name but the offset."""
    name = local.tzname() or ""
    return name if name.isalpha() else _offset(local)


def _offset(local: datetime) -> str:
    minutes = int((local.utcoffset() or timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}"
