"""Secrets at rest: AES-256-GCM, each use with a key of its own, derived from that of the inbox."""

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


class Box:
    """Seals and opens what belongs to one use, such as "troth probes 1"."""

    def __init__(self, use: str) -> None:
        self._use = use.encode()

    def seal(self, text: bytes, *, label: str) -> bytes:
        """Return `text` encrypted; it opens under the same label only, such as a row's name."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher().encrypt(nonce, text, label.encode())

    def opened(self, sealed: bytes | memoryview, *, label: str) -> bytes:
        """Return what was sealed. Raises ValueError where the key or a byte is another."""
        sealed = bytes(sealed)
        try:
            return self._cipher().decrypt(sealed[:_NONCE], sealed[_NONCE:], label.encode())
        except InvalidTag as error:
            raise ValueError("this was sealed with another key: see TROTH_INBOX_KEY") from error

    def seal_values(self, values: dict[str, Any], *, label: str) -> bytes:
        """Return secret settings encrypted; nothing for none."""
        return self.seal(msgspec.json.encode(values), label=label) if values else b""

    def opened_values(self, sealed: bytes | memoryview, *, label: str) -> dict[str, Any]:
        if not sealed:
            return {}
        found: dict[str, Any] = msgspec.json.decode(self.opened(sealed, label=label))
        return found

    def _cipher(self) -> AESGCM:
        return _cipher(settings.TROTH.inbox_key, self._use)


@lru_cache(maxsize=16)
def _cipher(key: bytes, use: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=use).derive(key))
