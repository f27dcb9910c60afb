"""Secrets and evidence at rest: AES-256-GCM, the key derived from that of the inbox."""

import os
from functools import lru_cache
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_NONCE: Final = 12


def seal(text: bytes, *, label: str) -> bytes:
    """Return `text` encrypted; it opens under the same label only, such as a monitor's slug."""
    nonce = os.urandom(_NONCE)
    cipher = _cipher(settings.TROTH.inbox_key)
    return nonce + cipher.encrypt(nonce, text, label.encode())


def opened(sealed: bytes | memoryview, *, label: str) -> bytes:
    """Return what was sealed. Raises ValueError where the key or a byte is another."""
    sealed = bytes(sealed)
    cipher = _cipher(settings.TROTH.inbox_key)
    try:
        return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], label.encode())
    except InvalidTag as error:
        raise ValueError("this was sealed with another key: see TROTH_INBOX_KEY") from error


def seal_values(values: dict[str, Any], *, label: str) -> bytes:
    """Return secret settings encrypted; nothing for none."""
    return seal(msgspec.json.encode(values), label=label) if values else b""


def opened_values(sealed: bytes | memoryview, *, label: str) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(opened(sealed, label=label)) if sealed else {}
    return found


@lru_cache(maxsize=4)
def _cipher(key: bytes) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"troth probes 1").derive(key)
    return AESGCM(derived)
