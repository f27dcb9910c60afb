"""What a certificate says, as facts."""

import ssl
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID

from troth.core import clock

_DAY = 86_400


def facts(connection: ssl.SSLObject | ssl.SSLSocket) -> dict[str, Any]:
    """Return the facts `tls.*` of a connection whose certificate was accepted or not."""
    found: dict[str, Any] = {"version": connection.version() or "", "cipher": _cipher(connection)}
    encoded = connection.getpeercert(binary_form=True)
    if encoded:
        said, ends = _read(encoded)
        found |= said
        found["days_left"] = (ends - clock.now()).total_seconds() / _DAY
    return found


def days_left(connection: ssl.SSLObject | ssl.SSLSocket) -> dict[str, Any]:
    """Return the few facts that cost nothing, for an accepted certificate."""
    told = connection.getpeercert() or {}
    ends = told.get("notAfter")
    found: dict[str, Any] = {"version": connection.version() or ""}
    if isinstance(ends, str):
        left = ssl.cert_time_to_seconds(ends) - clock.now().timestamp()
        found["days_left"] = left / _DAY
    return found


@lru_cache(maxsize=1_024)
def _read(encoded: bytes) -> tuple[dict[str, Any], datetime]:
    """Return what a certificate says, and when it ends. It is the same one most of the time."""
    certificate = x509.load_der_x509_certificate(encoded)
    ends = certificate.not_valid_after_utc
    said = {
        "valid_from": _instant(certificate.not_valid_before_utc),
        "valid_until": _instant(ends),
        "subject": _common_name(certificate.subject),
        "issuer": _common_name(certificate.issuer),
        "names": _names(certificate),
        "serial": format(certificate.serial_number, "x"),
        "self_signed": certificate.subject == certificate.issuer,
    }
    return said, ends


def _cipher(connection: ssl.SSLObject | ssl.SSLSocket) -> str:
    cipher = connection.cipher()
    return cipher[0] if cipher else ""


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError):
        return []
    alternative = found.value
    hosts = alternative.get_values_for_type(x509.DNSName)
    return [*hosts, *map(str, alternative.get_values_for_type(x509.IPAddress))]
