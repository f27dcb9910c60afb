"""OAuth 1.0a (RFC 5849) with HMAC-SHA1: the header of a request whose body is no form. Pure."""

import hmac
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    consumer: str
    consumer_secret: str
    token: str
    token_secret: str


def header(method: str, url: str, *, keys: Keys, nonce: str, at: int) -> str:
    """Return the Authorization header; `at` is in seconds since 1970."""
    told = {
        "oauth_consumer_key": keys.consumer,
        "oauth_nonce": nonce,
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": str(at),
        "oauth_token": keys.token,
        "oauth_version": "1.0",
    }
    told["oauth_signature"] = signature(method, url, told, keys)
    return "OAuth " + ", ".join(f'{_safe(name)}="{_safe(told[name])}"' for name in sorted(told))


def signature(method: str, url: str, told: Mapping[str, str], keys: Keys) -> str:
    """Return the signature over method, address and all parameters."""
    parts = urlsplit(url)
    every = sorted(
        (_safe(name), _safe(value)) for name, value in [*parse_qsl(parts.query), *told.items()]
    )
    flat = "&".join(f"{name}={value}" for name, value in every)
    bare = f"{parts.scheme}://{parts.netloc}{parts.path}"
    base = "&".join((method.upper(), _safe(bare), _safe(flat)))
    key = f"{_safe(keys.consumer_secret)}&{_safe(keys.token_secret)}"
    return b64encode(hmac.digest(key.encode(), base.encode(), "sha1")).decode()


def _safe(text: str) -> str:
    return quote(text, safe="-._~")
