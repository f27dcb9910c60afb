"""Who we are to the push services of browsers (VAPID, RFC 8292): a key pair of this installation.

The private key is TROTH_PUSH_KEY, or else derived from the one that signs the page: whoever keeps
a backup of the keys keeps the readers.
"""

from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_USE: Final = b"troth web push 1"
_LASTS: Final = timedelta(hours=12)
_HALF: Final = 32  # bytes of each half of a signature


def public_key() -> str:
    """Return the public key as a browser's PushManager takes it: base64url of 65 bytes."""
    point = _key(_secret()).public_key()
    return unpadded(point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def authorization(endpoint: str, *, now: datetime) -> str:
    """Return the header that shows a push service who sends."""
    parts = urlsplit(endpoint)
    until = int((now + _LASTS).timestamp()) // 3_600 * 3_600  # one signature serves for an hour
    return _signed(_secret(), f"{parts.scheme}://{parts.netloc}", until, _contact())


def _contact() -> str:
    return f"mailto:{settings.TROTH.email_from.rpartition('<')[2].rstrip('>')}"


@lru_cache(maxsize=256)
def _signed(secret: bytes, audience: str, until: int, contact: str) -> str:
    head = _part({"typ": "JWT", "alg": "ES256"})
    claims = _part({"aud": audience, "exp": until, "sub": contact})
    signature = _key(secret).sign(f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    r, s = decode_dss_signature(signature)
    token = f"{head}.{claims}.{unpadded(r.to_bytes(_HALF, 'big') + s.to_bytes(_HALF, 'big'))}"
    return f"vapid t={token}, k={public_key()}"


def _part(values: dict[str, object]) -> str:
    return unpadded(msgspec.json.encode(values))


def unpadded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _secret() -> bytes:
    return settings.TROTH.push_key or HKDF(
        algorithm=hashes.SHA256(), length=32, salt=None, info=_USE
    ).derive(settings.TROTH.signing_key)


@lru_cache(maxsize=2)
def _key(secret: bytes) -> ec.EllipticCurvePrivateKey:
    number = int.from_bytes(secret, "big")
    return ec.derive_private_key(number if 0 < number < _ORDER else number % (_ORDER - 1) + 1,
                                 ec.SECP256R1())  # fmt: skip
