"""What programs read: the signed data and its key, search engines' files, hosts' headers."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from troth.page import headers, signature, trust
from troth.page.edition import editions
from troth.page.picture import Picture
from troth.page.sheets import Sheet, fingerprint


def for_programs(picture: Picture, *, secret: bytes, frame: str) -> Iterator[Sheet]:
    """Yield the signed data, the key, and what search engines and hosts read.

    `frame` is the fingerprint of the software and of whose page it is.
    """
    now = fingerprint(instants(picture))
    body = trust.document(picture)
    keyed = fingerprint(signature.public_jwk(secret))
    yield Sheet("checked.json", now, lambda: _checked(picture))
    yield Sheet(trust.PATH, now, lambda: body)
    yield Sheet(f"{trust.PATH}.sig", now, lambda: signature.sign(secret, body))
    yield Sheet(".well-known/trust-key.json", keyed, lambda: signature.public_jwk(secret))
    yield Sheet(".well-known/trust-key.pem", keyed, lambda: signature.public_pem(secret))
    yield Sheet("organisation.jsonld", frame, lambda: _linked_data(picture))
    pages = _pages(picture)
    yield Sheet("sitemap.xml", fingerprint(frame, pages), lambda: _sitemap(picture, pages))
    yield Sheet("robots.txt", frame, lambda: _robots(picture))
    if picture.site.security:
        yield Sheet(".well-known/security.txt", frame, lambda: _security(picture))
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


def _security(picture: Picture) -> bytes:
    """Return security.txt (RFC 9116): the whole last day is still within it."""
    site, said = picture.site, picture.site.security
    if said is None:
        return b""
    lines = [f"Contact: {contact}" for contact in said.contacts]
    lines.append(f"Expires: {said.expires:%Y-%m-%d}T23:59:59Z")
    lines.append(f"Preferred-Languages: {', '.join(site.languages)}")
    lines.append(f"Canonical: {site.base_url}/.well-known/security.txt")
    lines += [f"Policy: {said.policy}"] if said.policy else []
    return "\n".join([*lines, ""]).encode()


def _pages(picture: Picture) -> list[str]:
    return [
        "",
        "promises/",
        "history/",
        "verify/",
        *(["method/"] if picture.score else []),
        *(f"promises/{s.slug}/" for s in picture.promises),
        *_of_status(picture),
    ]


def _sitemap(picture: Picture, pages: Sequence[str]) -> bytes:
    rows = [f" <url><loc>{e.url(page)}</loc></url>" for e in editions(picture) for page in pages]
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return "\n".join([f'{head}<urlset xmlns="{space}">', *rows, "</urlset>\n"]).encode()


def _of_status(picture: Picture) -> list[str]:
    now = picture.situation
    uptime = ["uptime/"] if now.components else []
    services = [f"components/{one.slug}/" for one in now.components]
    return [*uptime, *services, *(entry.path for entry in now.listed)]


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
