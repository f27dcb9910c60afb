"""`{% load ui %}`: verdicts, numbers, times, charts and the parts of a form, said one way."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from django import template
from django.forms import BoundField
from django.template.context import RequestContext
from django.urls import is_valid_path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from troth.ui import assets, charts, verdicts, words

register = template.Library()
NAV = (
    ("/desk/", "Today"),
    ("/desk/status/", "Status"),
    ("/desk/promises/", "Promises"),
    ("/desk/insight/", "Insight"),
    ("/desk/messages/", "Messages"),
    ("/desk/feedback/", "Feedback"),
    ("/desk/plan/", "Plan"),
    ("/desk/signals/", "Signals"),
    ("/desk/page/", "Page"),
    ("/desk/settings/", "Settings"),
)


@register.simple_tag
def asset(name: str) -> str:
    return assets.url(name)


@register.simple_tag
def verdict(value: object, word: str = "") -> SafeString:
    """Show a verdict by colour, shape and word; `word` replaces the usual one ("works")."""
    text = word or verdicts.word(value)
    return format_html('<span class="verdict is-{}">{}</span>', verdicts.key(value), text)


@register.filter
def verdict_word(value: object) -> str:
    return verdicts.word(value)


@register.filter
def share(value: float | None, digits: int = 1) -> str:
    return words.share(value, digits)


@register.filter
def target(value: float | None) -> str:
    return words.NOTHING if value is None else words.target(value)


@register.filter
def count(value: float | None, digits: int = 0) -> str:
    return words.number(value, digits)


@register.filter
def measured(value: float | None, unit: str) -> str:
    """Write a figure in its unit: `{{ one.value|measured:one.unit }}`."""
    return words.measured(value, unit)


@register.filter
def amount(value: float, timed: bool) -> str:  # noqa: FBT001 - a filter's argument
    return words.amount(value, timed=timed)


@register.filter
def duration(value: timedelta | float | None) -> str:
    return words.duration(value)


@register.filter
def of(part: object, whole: object) -> object:
    """Return part ÷ whole, or None where the whole is nothing: `{{ good|of:total|share }}`."""
    return part / whole if whole else None  # type: ignore[operator]


@register.simple_tag
def interval(low: float | None, high: float | None, digits: int = 1) -> str:
    return words.interval(low, high, digits)


@register.simple_tag
def when(
    value: date | None, style: str = "full", *, zone: tzinfo = UTC, now: datetime | None = None
) -> SafeString:
    """Show a day or an aware instant. Styles: "full", "day", and "ago", told relative to `now`.

    Without a script an instant reads in `zone`; with one, the reader's own zone is added.
    """
    if value is None:
        return SafeString(words.NOTHING)
    if not isinstance(value, datetime):
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), words.day(value))
    machine = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return format_html(
        '<time datetime="{}" data-when="{}">{}</time>',
        machine,
        style,
        _said(value, style, zone, now),
    )


def _said(value: datetime, style: str, zone: tzinfo, now: datetime | None) -> str:
    if style == "ago" and now is not None:
        return words.ago(value, now)
    if style == "day":
        return words.day(value.astimezone(zone).date())
    return words.instant(value, zone)


@register.simple_tag
def strip(
    days: Sequence[charts.Day], target: float | None = None, label: str = "", *, low: bool = False
) -> SafeString:
    return charts.strip(days, target, label, low=low)


@register.simple_tag
def strip_table(days: Sequence[charts.Day]) -> SafeString:
    return charts.strip_table(days)


@register.simple_tag
def sparkline(values: Sequence[float | None], label: str) -> SafeString:
    return charts.sparkline(values, label)


@register.inclusion_tag("ui/field.html")
def field(bound: BoundField, label: str = "", help: str = "") -> dict[str, Any]:  # noqa: A002 - reads well in a template
    """Show one field of a form with its label, help and errors, tied together for a reader."""
    kind = getattr(bound.field.widget, "input_type", "")
    many = bound.field.widget.__class__.__name__ in {"RadioSelect", "CheckboxSelectMultiple"}
    shape = "choices" if many else "check" if kind == "checkbox" else "plain"
    return {"field": bound, "shape": shape, "label": label or bound.label, "help": help}


@register.inclusion_tag("ui/pagination.html", takes_context=True)
def pagination(context: RequestContext, page: object) -> dict[str, Any]:
    """Show where we are in a Django `Page`, with links that keep the rest of the query."""
    return {"page": page, "request": context.get("request")}


@register.simple_tag(takes_context=True)
def desk_nav(context: RequestContext) -> list[dict[str, object]]:
    """Return the desk's rail: url, name, whether we are there, and a count if one was given."""
    path = getattr(context.get("request"), "path", "")
    counts = context.get("nav_counts") or {}
    return [
        {"url": url, "name": name, "here": _here(url, path), "count": counts.get(name)}
        for url, name in NAV
    ]


STATUS = (
    ("/desk/status/incidents/", "Incidents"),
    ("/desk/status/maintenance/", "Maintenance"),
    ("/desk/status/breaches/", "Breaches"),
    ("/desk/status/templates/", "Templates"),
    ("/desk/status/", "Components"),
    ("/desk/status/monitors/", "Monitors"),
    ("/desk/status/pages/", "Pages"),
    ("/desk/status/readers/", "Readers"),
    ("/desk/status/formula/", "Uptime formula"),
)


MESSAGES = (
    ("/desk/messages/", "Told"),
    ("/desk/messages/written/", "Write"),
    ("/desk/messages/deliveries/", "Deliveries"),
    ("/desk/messages/subscribers/", "Subscribers"),
    ("/desk/messages/suppressions/", "Left alone"),
    ("/desk/messages/outlets/", "Channels"),
    ("/desk/messages/words/", "Words"),
    ("/desk/messages/on-call/", "On call"),
)


@register.inclusion_tag("ui/tabs.html", takes_context=True)
def status_tabs(context: RequestContext) -> dict[str, Any]:
    """Show the parts of the desk's Status, those that this installation has."""
    return _tabs(context, "Status", STATUS, "/desk/status/")


PLAN = (("/desk/plan/", "Goals"), ("/desk/plan/claims/", "Cited claims"))


INSIGHT = (
    ("/desk/insight/", "Touchpoints"),
    ("/desk/insight/gaps/", "Gaps"),
    ("/desk/insight/faded/", "Faded"),
    ("/desk/insight/unnoticed/", "Unnoticed"),
    ("/desk/insight/friction/", "Friction"),
    ("/desk/insight/metrics/", "Metrics"),
    ("/desk/insight/score/", "Score"),
    ("/desk/insight/outcomes/", "Outcomes"),
    ("/desk/insight/exposure/", "Exposure"),
    ("/desk/insight/reports/", "Reports"),
)


@register.inclusion_tag("ui/tabs.html", takes_context=True)
def insight_tabs(context: RequestContext) -> dict[str, Any]:
    """Show the parts of the desk's Insight, those that there are."""
    return _tabs(context, "Insight", INSIGHT, "/desk/insight/")


@register.inclusion_tag("ui/tabs.html", takes_context=True)
def plan_tabs(context: RequestContext) -> dict[str, Any]:
    """Show the parts of the desk's Plan."""
    return _tabs(context, "Plan", PLAN, "/desk/plan/")


@register.inclusion_tag("ui/tabs.html", takes_context=True)
def message_tabs(context: RequestContext) -> dict[str, Any]:
    """Show the parts of the desk's Messages."""
    return _tabs(context, "Messages", MESSAGES, "/desk/messages/")


def _tabs(
    context: RequestContext, label: str, entries: tuple[tuple[str, str], ...], root: str
) -> dict[str, Any]:
    path = getattr(context.get("request"), "path", "")
    tabs = [(url, name) for url, name in entries if is_valid_path(url)]
    inner = [url for url, _ in tabs if url != root and path.startswith(url)]
    here = inner[0] if inner else root
    return {
        "label": label,
        "tabs": [
            {"url": url, "name": name, "here": "page" if path == url else "true"}
            if url == here
            else {"url": url, "name": name, "here": ""}
            for url, name in tabs
        ],
    }


# Addresses that belong to an entry of the rail without being below it.
_ELSEWHERE = {
    "/desk/settings/": ("/accounts/",),
    "/desk/promises/": ("/desk/violations/", "/desk/calendars/"),
}


def _here(url: str, path: str) -> str:
    if path.startswith(_ELSEWHERE.get(url, ("\0",))):
        return "true"
    if path == url:
        return "page"
    return "true" if url != "/desk/" and path.startswith(url) else ""
