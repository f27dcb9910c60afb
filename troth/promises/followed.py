"""What readers can follow of us: each public promise."""

from django.utils import translation
from django.utils.translation import gettext as _

from troth.notify.topics import Topic
from troth.promises.models import Promise


def topics(page: str, language: str) -> list[Topic]:
    """Return the public promises; they stand on the main page alone."""
    if page:
        return []
    rows = Promise.objects.filter(visibility="public", retired_at=None)
    with translation.override(language):
        kind = _("Promises")
    return [Topic(key=f"promise:{row.slug}", name=row.name, kind=kind) for row in rows]
