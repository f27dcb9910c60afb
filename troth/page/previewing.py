"""How an incident would look on the page, in the feeds and in the API: for the desk's preview."""

import json
import re
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from troth.core import clock
from troth.core.ids import page_id
from troth.incidents.channels import Channel
from troth.incidents.rules.results import IncidentShown
from troth.page import queries
from troth.page.edition import Edition
from troth.page.picture import Picture
from troth.page.status import chapters, feeds
from troth.page.statuspage import shapes

_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)  # none runs in a preview


def channels(one: IncidentShown) -> Sequence[Channel]:
    """Return the page, the entry in the feed and the answer of the API, as they would be sent."""
    edition = _edition(clock.now())
    with edition.spoken():
        page = chapters.incident_page(edition, one).decode()
        entry = json.loads(feeds.json_feed(edition, feeds.of_page(edition), [one]))["items"][0]
        name = _("Page")
    address = edition.picture.site.base_url
    answer = shapes.incident(one, page=page_id(address), address=address, components={})
    return (
        Channel(name=name, text=_SCRIPT.sub("", page), is_page=True),
        Channel(name=_("Entry in the feed"), text=_json(entry)),
        Channel(name=_("Answer of the API"), text=_json(answer)),
    )


def _edition(now: datetime) -> Edition:
    """Return the page in its first language, with nothing on it but what is asked for."""
    site = queries.site()
    return Edition(Picture(site, now, now), site.languages[0], "")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
