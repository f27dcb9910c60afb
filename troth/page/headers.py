"""The headers of everything public: how long it may be kept, and what it may never do.

The same list is written into the published folder (`_headers`) for hosts that read it.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from troth.page.shelf import Headers

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src {connect}; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# A reader sees a change within seconds, and the last good page for a week when we are down.
SHORT = "public, max-age=5, stale-if-error=604800"
IMMUTABLE = "public, max-age=31536000, immutable"

COMMON: Headers = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
]
_DOCUMENT: Headers = [
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
]
OPEN: Headers = [("access-control-allow-origin", "*")]
TLS: Headers = [("strict-transport-security", "max-age=31536000")]


def policy(product: str = "") -> str:
    """Return the Content-Security-Policy; the self-check may ask the `product`, nothing else."""
    parts = urlsplit(product)
    origin = f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
    return _POLICY.format(connect=f"'self'{origin}")


POLICY = policy()


def document(product: str = "") -> Headers:
    """Return the headers of pages; `product` is the address that their self-check asks."""
    return [("content-security-policy", policy(product)), *_DOCUMENT]


def for_page(*, secure: bool, product: str = "") -> Callable[[str, bool], Headers]:
    """Return the function that gives the headers of one published file."""
    of_document = document(product)

    def headers(kind: str, immutable: bool) -> Headers:  # noqa: FBT001 - a callback
        return [
            ("content-type", kind),
            ("cache-control", IMMUTABLE if immutable else SHORT),
            ("vary", "accept-encoding"),
            *COMMON,
            *(of_document if kind.startswith("text/html") else OPEN),
            *(TLS if secure else []),
        ]

    return headers


_OPEN = (
    "/banner.js",
    "/*.json",
    "/*.xml",
    "/*.rss",
    "/*.atom",
    "/*.ics",
    "/*.svg",
    "/.well-known/*",
    "/api/*",
)


def hints(product: str = "") -> str:
    """Return the `_headers` file that static hosts read (Netlify, Cloudflare Pages and others)."""
    blocks = [
        ("/*", [("cache-control", SHORT), *COMMON, *document(product)]),
        ("/assets/*", [("! cache-control", ""), ("cache-control", IMMUTABLE)]),
        *((path, OPEN) for path in _OPEN),
    ]
    return "\n".join(_block(path, headers) for path, headers in blocks)


def _block(path: str, headers: Headers) -> str:
    lines = [f"  {name}: {value}" if value else f"  {name}" for name, value in headers]
    return "\n".join([path, *lines, ""])
