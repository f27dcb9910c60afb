"""How all components stand together, for programs that are told of an incident."""

from typing import Final

from django.conf import settings

from troth.components import queries as components
from troth.components.rules.rollup import overall
from troth.core import clock
from troth.core.ids import page_id

_NO_STRIP: Final = 1  # days: no bars are wanted


def page() -> dict[str, object]:
    """Return what Statuspage's webhooks say of the page: of what everybody may see."""
    found = overall(components.board(at=clock.now(), days=_NO_STRIP).components)
    return {
        "id": page_id(settings.TROTH.base_url),
        "status_indicator": found.indicator,
        "status_description": found.description,
    }
