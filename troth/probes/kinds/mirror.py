"""A mirror of a page of ours: how old what it serves is, and whether it is signed by our key."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import msgspec

from troth.core import clock
from troth.probes.connecting import Journey, check_authority
from troth.probes.getting import check_address, decoded, get
from troth.probes.kind import Finding, Kind, Limits, named
from troth.probes.rules.facts import Missing

_TRUST: Final = "/.well-known/trust.json"
_MOST: Final = 50_000_000
_FORGED: Final = "trust.json is not signed by our key"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    url: Annotated[str, named("Address", "https://trust-mirror.example", max_length=1_000)]
    key: Annotated[
        str,
        named("Public key", "PEM of our page's key; empty: not checked.", max_length=2_000),
    ] = ""
    ca: Annotated[
        str, named("Own authority", "PEM of a certificate that may sign.", max_length=20_000)
    ] = ""


class _Told(msgspec.Struct):
    checked_at: datetime | None = None
    data_revision: str = ""


class _Trust(_Told):
    generated_at: datetime | None = None
    organisation: str = ""


async def probe(settings: Settings, limits: Limits) -> Finding:
    journey = Journey()
    raw, signed = await _trusted(settings, limits, journey)
    trust = decoded(raw, _Trust, what="trust.json")
    checked = decoded(
        await _fetched("/checked.json", settings, limits, journey), _Told, what="checked.json"
    )
    facts = {
        "age": _age(checked.checked_at),
        "written_age": _age(trust.generated_at),
        "signed": signed,
        "revision": checked.data_revision,
        "organisation": trust.organisation,
    }
    error = "" if signed is not False or limits.wants("signed") else _FORGED
    excerpt = f"checked_at {checked.checked_at}\ngenerated_at {trust.generated_at}"
    return Finding(facts=facts, phases=journey.phases, error=error, excerpt=excerpt)


async def _trusted(
    settings: Settings, limits: Limits, journey: Journey
) -> tuple[bytes, bool | Missing]:
    """Return trust.json and whether it is signed; twice, should it change between two requests."""
    raw = await _fetched(_TRUST, settings, limits, journey)
    if not settings.key:
        return raw, Missing("no public key is given, so the signature is not checked")
    for last in (False, True):
        signature = await _fetched(f"{_TRUST}.sig", settings, limits, journey)
        if _is_signed(settings.key, raw, signature):
            return raw, True
        if not last:
            raw = await _fetched(_TRUST, settings, limits, journey)
    return raw, False


async def _fetched(path: str, settings: Settings, limits: Limits, journey: Journey) -> bytes:
    url = settings.url.rstrip("/") + path
    return await get(url, limits=limits, journey=journey, most=_MOST, ca=settings.ca)


def _age(at: datetime | None) -> float | Missing:
    if at is None:
        return Missing("the page does not tell when it was checked")
    return (clock.now() - (at if at.tzinfo else at.replace(tzinfo=UTC))).total_seconds()


def _is_signed(key: str, raw: bytes, signature: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        _public(key).verify(signature, raw)
    except InvalidSignature:
        return False
    return True


def _public(key: str) -> Any:  # noqa: ANN401 - Ed25519PublicKey, imported where it is needed
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        found = load_pem_public_key(key.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError("key: it is no public key in PEM") from error
    if not isinstance(found, Ed25519PublicKey):
        raise ValueError("key: it is no key of Ed25519")  # noqa: TRY004 - a wrong setting
    return found


def _check(settings: Settings) -> None:
    check_address(settings.url)
    check_authority(settings.ca)
    if settings.key:
        _public(settings.key)


mirror = Kind(
    label="Mirror of our page",
    help="Reads how old a published copy of a page of ours is, and checks its signature.",
    settings=Settings,
    probe=probe,
    address=lambda settings: urlsplit(settings.url).hostname or "",
    facts={
        "age": "seconds since what it serves was checked, for example age < 15m",
        "written_age": "seconds since trust.json was written; it is when something changed",
        "signed": "true if trust.json is signed by the key given",
        "revision": "of the figures that it serves",
        "organisation": "whose page it is",
    },
    condition="age < 15m and age > -300",
    check=_check,
)
