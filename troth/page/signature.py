"""What the page publishes is signed, so that a copy can be told from a forgery (Ed25519)."""

import base64
import json

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PURPOSE = b"troth page ed25519 1"


def key(secret: bytes) -> Ed25519PrivateKey:
    """Return the signing key made from the installation's 32 secret bytes: always the same one."""
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret)
    return Ed25519PrivateKey.from_private_bytes(seed)


def sign(secret: bytes, body: bytes) -> bytes:
    """Return the detached signature: 64 bytes."""
    return key(secret).sign(body)


def public_pem(secret: bytes) -> bytes:
    """Return the public key as OpenSSL reads it."""
    return (
        key(secret)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def public_jwk(secret: bytes) -> bytes:
    """Return the public key as a JSON Web Key."""
    raw = key(secret).public_key().public_bytes_raw()
    fields = {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "x": _unpadded(raw)}
    return json.dumps(fields, indent=1).encode() + b"\n"


def _unpadded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
