"""The page in one language: its addresses, and what every template of it is given."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from troth.page.picture import Picture
from troth.ui import assets

# Each language in its own words, for the link that leads to it.
NAMES = {"en": "English", "de": "Deutsch"}


@dataclass(frozen=True, slots=True)
class Edition:
    """`folder` is "" for the first language, "de/" for German after it."""

    picture: Picture
    language: str
    folder: str

    @property
    def root(self) -> str:
        """The path of the site, with a slash at both ends: "/" or "/trust/"."""
        return f"{urlsplit(self.picture.site.base_url).path.rstrip('/')}/"

    def path(self, page: str = "") -> str:
        """Return the address of a page of this language, as links on the site write it."""
        return f"{self.root}{self.folder}{page}"

    def url(self, page: str = "") -> str:
        return f"{self.picture.site.base_url}/{self.folder}{page}"

    @contextmanager
    def spoken(self) -> Iterator[None]:
        """Speak this language, and link to the files of the published page, in the block."""
        with ExitStack() as stack:
            stack.enter_context(translation.override(self.language))
            stack.enter_context(assets.prefixed(f"{self.root}assets/"))
            yield

    def render(self, template: str, page: str, context: Mapping[str, object]) -> bytes:
        """Return the HTML of `page` ("history/"). Call it inside `spoken()`."""
        whole = {**self._everywhere(page), **context}
        return render_to_string(template, whole).encode()

    def _everywhere(self, page: str) -> dict[str, object]:
        site = self.picture.site
        return {
            "lang": self.language,
            "site": site,
            "site_name": site.organisation,
            "site_url": self.path(),
            "site_nav": self._nav(page),
            "edition": self,
            "picture": self.picture,
            "checked_at": self.picture.checked_at,
            "written_at": self.picture.written_at,
            "canonical": self.url(page),
            "alternates": [(other.language, other.url(page)) for other in editions(self.picture)],
            "others": [
                (other.language, NAMES.get(other.language, other.language), other.path(page))
                for other in editions(self.picture)
                if other.language != self.language
            ],
        }

    def _nav(self, page: str) -> list[dict[str, object]]:
        entries = (
            ("", _("Now")),
            ("promises/", _("Promises")),
            ("uptime/", _("Uptime") if self.picture.situation.components else ""),
            ("history/", _("History")),
            ("verify/", _("Check us")),
        )
        return [
            {"url": self.path(place), "name": name, "here": place == page}
            for place, name in entries
            if name
        ]


def editions(picture: Picture) -> list[Edition]:
    """Return one edition for each language, the first one at the root."""
    first = picture.site.languages[0]
    return [
        Edition(picture, language, "" if language == first else f"{language}/")
        for language in picture.site.languages
    ]
