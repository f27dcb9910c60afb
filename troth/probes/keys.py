"""Keys in addresses and headers: made by chance, stored as a digest."""

import secrets
from hashlib import blake2b


def fresh() -> str:
    """Return a new key of 96 bits, fit for an address."""
    return secrets.token_hex(12)


def digest(key: str) -> str:
    """Return what is stored of a key, to find it again."""
    return blake2b(key.encode("utf-8", "replace"), digest_size=32).hexdigest()
