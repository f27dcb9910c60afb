"""Hashes with our own key: whoever holds the database alone can test no guess against them."""

from hashlib import blake2b

from django.conf import settings


def digest(use: str, *texts: str) -> str:
    """Return 32 characters. Another `use` gives another hash of the same texts."""
    key: bytes = settings.TROTH.subject_key
    whole = "\x00".join((use, *texts)).encode("utf-8", "surrogatepass")
    return blake2b(whole, key=key, digest_size=16, person=b"troth people").hexdigest()


def address_digest(channel: str, address: str) -> str:
    """Return the hash that finds a contact, or a suppression that outlives it."""
    return digest("address", channel, address)
