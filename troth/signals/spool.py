"""How an accepted batch lies in the inbox: NDJSON, compressed, encrypted. Nothing clear at rest."""

import os
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from troth.core.packing import zstd

_LEVEL = -3  # a batch waits here for a moment only: speed before size
_NONCE = 12
_CONTEXT = b"troth inbox 1"


def pack(lines: bytes) -> bytes:
    """Return the payload of an inbox row from its NDJSON."""
    packed = zstd.compress(lines, _LEVEL)
    nonce = os.urandom(_NONCE)
    return nonce + _cipher(settings.TROTH.inbox_key).encrypt(nonce, packed, _CONTEXT)


def unpack(payload: bytes | memoryview) -> bytes:
    """Return the NDJSON lines of a payload. Raises InvalidTag when the key or a byte is wrong."""
    payload = bytes(payload)
    cipher = _cipher(settings.TROTH.inbox_key)
    packed = cipher.decrypt(payload[:_NONCE], payload[_NONCE:], _CONTEXT)
    return zstd.decompress(packed)


@lru_cache(maxsize=4)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)
