"""The page itself, as the programs ask for it that look for their page first. There is one."""

from django.conf import settings
from django.http import HttpRequest

from troth.components.queries import loading
from troth.core.ids import page_id
from troth.incidents.statuspage import shapes
from troth.incidents.statuspage.doors import Answer, Token

# What Statuspage keeps of a page and we do not: how it looks and whom it may write to.
_NOT_OURS = (
    "page_description", "headline", "branding", "subdomain", "support_url",
    "notifications_from_email", "notifications_email_footer", "activity_score",
    "twitter_username", "ip_restrictions", "city", "state", "country",
    "css_body_background_color", "css_font_color", "css_light_font_color", "css_greens",
    "css_yellows", "css_oranges", "css_blues", "css_reds", "css_border_color",
    "css_graph_color", "css_link_color", "css_no_data", "favicon_logo", "transactional_logo",
    "hero_cover", "email_logo", "twitter_logo",
)  # fmt: skip
_LATER = (
    "allow_page_subscribers", "allow_incident_subscribers", "allow_email_subscribers",
    "allow_sms_subscribers", "allow_webhook_subscribers",
)  # fmt: skip


def listed(request: HttpRequest, token: Token) -> Answer:  # noqa: ARG001
    """List the page: its id is that of /api/v2/, and any other will do as well."""
    return 200, [_page(page_id(_address()))]


def one(request: HttpRequest, token: Token, page: str) -> Answer:  # noqa: ARG001
    return 200, _page(page)


def _address() -> str:
    return str(settings.TROTH.base_url).rstrip("/")


def _page(uid: str) -> shapes.Json:
    zone = str(loading.zone())
    return {
        "id": uid, "name": settings.TROTH.organisation, "url": _address(),
        "domain": _address().partition("://")[2], "created_at": None, "updated_at": None,
        "time_zone": "Etc/UTC" if zone == "UTC" else zone, "hidden_from_search": False,
        "allow_rss_atom_feeds": True, "viewers_must_be_team_members": False,
        **dict.fromkeys(_LATER, True), **dict.fromkeys(_NOT_OURS),
    }  # fmt: skip
