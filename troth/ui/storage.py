"""`{% static %}` in a template of somebody else's leads to where all our assets are."""

from django.contrib.staticfiles.storage import StaticFilesStorage

from troth.ui import assets


class AssetStorage(StaticFilesStorage):
    def url(self, name: str | None) -> str:
        """Return the address of an asset. Raises LookupError for a name that nobody has."""
        return assets.url(name or "")
