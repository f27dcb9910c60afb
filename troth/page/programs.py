"""What programs read: the signed data and its key, search engines' files, hosts' headers."""

import json
from collections.abc import Iterator
from datetime import datetime

from troth.page import headers, signature, trust
from troth.page.edition import editions
from troth.page.picture import Picture
from troth.page.sheets import Sheet, fingerprint


def for_programs(picture: Picture, *, secret: bytes, whole: str) -> Iterator[Sheet]:
    """Yield the signed data, the key, and what search engines and hosts read.

    `whole` is the fingerprint of the page but for the time.
    """
    now = fingerprint(instants(picture))
    body = trust.document(picture)
    keyed = fingerprint(signature.public_jwk(secret))
    yield Sheet("checked.json", now, lambda: _checked(picture))
    yield Sheet(trust.PATH, now, lambda: body)
    yield Sheet(f"{trust.PATH}.sig", now, lambda: signature.sign(secret, body))
    yield Sheet(".well-known/trust-key.json", keyed, lambda: signature.public_jwk(secret))
    yield Sheet(".well-known/trust-key.pem", keyed, lambda: signature.public_pem(secret))
    yield Sheet("organisation.jsonld", whole, lambda: _linked_data(picture))
    yield Sheet("sitemap.xml", whole, lambda: _sitemap(picture))
    yield Sheet("robots.txt", whole, lambda: _robots(picture))
    hints = headers.hints(picture.site.product).encode()
    yield Sheet("_headers", fingerprint(hints), lambda: hints)


def instants(picture: Picture) -> tuple[datetime | None, ...]:
    return (picture.checked_at, picture.written_at)


def _checked(picture: Picture) -> bytes:
    """Return when the page was last checked: what pages ask that changed longer ago."""
    at = instants(picture)
    names = ("checked_at", "written_at")
    fields = {
        name: f"{i:%Y-%m-%dT%H:%M:%SZ}" if i else None for name, i in zip(names, at, strict=True)
    }
    return json.dumps({**fields, "data_revision": picture.revision}).encode() + b"\n"


def _robots(picture: Picture) -> bytes:
    return f"User-agent: *\nAllow: /\n\nSitemap: {picture.site.base_url}/sitemap.xml\n".encode()


def _sitemap(picture: Picture) -> bytes:
    pages = [
        "",
        "promises/",
        "history/",
        "verify/",
        *(f"promises/{s.slug}/" for s in picture.promises),
    ]
    rows = [f" <url><loc>{e.url(page)}</loc></url>" for e in editions(picture) for page in pages]
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return "\n".join([f'{head}<urlset xmlns="{space}">', *rows, "</urlset>\n"]).encode()


def _linked_data(picture: Picture) -> bytes:
    """Return schema.org's view: who we are, and that our promises are a data set to fetch."""
    site = picture.site
    organisation = {"@type": "Organization", "name": site.organisation, "url": site.base_url + "/"}
    whole = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": f"{site.organisation}: promises and whether they are kept",
        "description": "What we promise, how it is counted, and each change of a verdict.",
        "creator": organisation,
        "inLanguage": list(site.languages),
        "distribution": {
            "@type": "DataDownload",
            "encodingFormat": "application/json",
            "contentUrl": f"{site.base_url}/{trust.PATH}",
        },
    }
    return json.dumps(whole, ensure_ascii=False, indent=1).encode() + b"\n"
