"""A TLS certificate: how long it lasts, whether its chain and its name are accepted."""

import ssl
from typing import Annotated, Any

import msgspec

from troth.probes import certificates
from troth.probes.connecting import Journey, check_authority, tls_context
from troth.probes.kind import Finding, Kind, Limits, named
from troth.probes.shaking import shaken
from troth.probes.words import plain


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    host: Annotated[str, named("Host", "A name or an address.", min_length=1, max_length=253)]
    port: Annotated[int, named("Port", ge=1, le=65_535)] = 443
    server_name: Annotated[
        str, named("Name asked for", "If it is another than the host.", max_length=253)
    ] = ""
    ca: Annotated[
        str, named("Own authority", "PEM of a certificate that may sign.", max_length=20_000)
    ] = ""


async def probe(settings: Settings, limits: Limits) -> Finding:
    journey = Journey()
    try:
        seen = await _shaken(settings, limits, journey, verify=True)
    except ssl.SSLCertVerificationError as error:
        # A second, unchecked handshake tells what the certificate says; nothing is sent over it.
        seen = await _shaken(settings, limits, Journey(), verify=False)
        journey.reached("tls")
        wrong_name = error.verify_code in _NAMES
        seen |= {"accepted": False, "chain_ok": wrong_name, "name_ok": not wrong_name,
                 "problem": plain(error, timeout=limits.timeout)}  # fmt: skip
    facts = {"tls": seen, "address": journey.address}
    return Finding(facts=facts, phases=journey.phases, excerpt=lambda: _told(seen))


_NAMES = (62, 64)  # OpenSSL's codes for another host's name and for another address


async def _shaken(
    settings: Settings, limits: Limits, journey: Journey, *, verify: bool
) -> dict[str, Any]:
    secure = await shaken(
        settings.host,
        settings.port,
        context=tls_context(verify=verify, ca=settings.ca),
        server_name=settings.server_name or settings.host,
        limits=limits,
        journey=journey,
    )
    accepted = {"accepted": True, "chain_ok": True, "name_ok": True, "problem": ""}
    return certificates.facts(secure) | accepted


def _told(seen: dict[str, Any]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in seen.items())


tls = Kind(
    label="TLS certificate",
    help="Shakes hands and reads the certificate: days left, chain and host name.",
    settings=Settings,
    probe=probe,
    address=lambda settings: settings.host,
    facts={
        "tls.days_left": "days until the certificate ends, below zero once it has",
        "tls.accepted": "true if chain and name are accepted",
        "tls.chain_ok": "true if it is signed by someone trusted and in its time",
        "tls.name_ok": "true if it is for this host",
        "tls.problem": "why it is not accepted",
        "tls.version": "for example TLSv1.3",
        "tls.cipher": "the cipher agreed on",
        "tls.subject": "for whom it is",
        "tls.issuer": "who signed it",
        "tls.names": "all names that it is for",
        "address": "the address that answered",
    },
    condition='tls.problem == "" and tls.days_left > 14',
    check=lambda settings: check_authority(settings.ca),
)
