"""A web address: status, headers, body, certificate and the time of each phase."""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

import msgspec

from troth.probes import certificates
from troth.probes.connecting import Journey, check_authority, tls_context
from troth.probes.getting import check_address
from troth.probes.kind import Finding, Kind, Limits, named
from troth.probes.rules.facts import Missing

_STATUS = re.compile(r"([1-5])xx|(\d{3})(?:-(\d{3}))?")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\uffff]*")
_OURS: Final = frozenset({"host", "content-length", "transfer-encoding", "connection"})
_MOST_HEADERS: Final = 40
_OFFERED: Final[dict[str, tuple[str, ...]]] = {"1.1": (), "2": ("h2", "http/1.1")}

Headers = dict[
    Annotated[str, msgspec.Meta(max_length=100)], Annotated[str, msgspec.Meta(max_length=4_000)]
]
Methods = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
Families = Literal["either", "ipv4", "ipv6", "only ipv4", "only ipv6"]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    url: Annotated[str, named("Address", "https://shop.example/health", max_length=2_000)]
    method: Annotated[Methods, named("Method")] = "GET"
    status: Annotated[
        str, named("Expected status", "200, 2xx or 200-299, several with commas.", max_length=100)
    ] = "2xx"
    headers: Annotated[Headers, named("Headers", "One to a line, Name: value.")] = {}
    body: Annotated[str, named("Body", "What is sent.", max_length=20_000)] = ""
    user: Annotated[str, named("User", "For Basic authentication.", max_length=200)] = ""
    password: Annotated[str, named("Password", max_length=500)] = ""
    token: Annotated[str, named("Bearer token", max_length=4_000)] = ""
    secret_headers: Annotated[
        Headers, named("Secret headers", "Like headers; kept encrypted, not sent to another host.")
    ] = {}
    version: Annotated[
        Literal["1.1", "2"],
        named("HTTP version", "2 is agreed on over TLS; a server without it is down."),
    ] = "1.1"
    redirects: Annotated[int, named("Redirects followed", ge=0, le=10)] = 5
    family: Annotated[Families, named("Internet protocol", "Which addresses are tried.")] = "either"
    max_kb: Annotated[
        int, named("Read at most, kB", "The rest of a longer answer is left.", ge=1, le=10_000)
    ] = 1_000
    verify: Annotated[bool, named("Check the certificate")] = True
    ca: Annotated[
        str, named("Own authority", "PEM of a certificate that may sign.", max_length=20_000)
    ] = ""


@dataclass(frozen=True, slots=True)
class _Ready:
    """The request of some settings, put together once, and what is expected of the answer."""

    asked: Any
    status: str
    version: str


def _ready(settings: Settings) -> _Ready:
    from troth.probes import fetching  # aiohttp is heavy, and perhaps nobody watches

    asked = fetching.Asked(
        method=settings.method,
        url=settings.url,
        headers=_headers(settings),
        secret=_secret(settings),
        body=settings.body.encode(),
        redirects=settings.redirects,
        most=settings.max_kb * 1_000,
        family=settings.family,
        tls=tls_context(
            verify=settings.verify, ca=settings.ca, protocols=_OFFERED[settings.version]
        ),
        version=settings.version,
    )
    return _Ready(asked, settings.status, settings.version)


async def probe(ready: _Ready, limits: Limits) -> Finding:
    from troth.probes import fetching

    journey = Journey()
    answer = await fetching.fetch(ready.asked, limits, journey)
    facts = _facts(answer, limits)
    facts["address"] = journey.address
    error = "" if limits.wants("status") else _unexpected(answer.status, ready.status)
    if ready.version == "2" and answer.version != "2" and not limits.wants("http"):
        error = f"the server speaks HTTP/{answer.version}, not HTTP/2"
    return Finding(facts=facts, phases=journey.phases, error=error, excerpt=answer.shown)


def _headers(settings: Settings) -> dict[str, str]:
    return {"User-Agent": "troth-probe", "Accept-Encoding": "identity", **settings.headers}


def _secret(settings: Settings) -> dict[str, str]:
    found = dict(settings.secret_headers)
    if settings.token:
        found["Authorization"] = f"Bearer {settings.token}"
    elif settings.user or settings.password:
        from base64 import b64encode

        pair = f"{settings.user}:{settings.password}".encode()
        found["Authorization"] = f"Basic {b64encode(pair).decode()}"
    return found


def _facts(answer: Any, limits: Limits) -> dict[str, Any]:  # noqa: ANN401 - fetching.Answer
    found: dict[str, Any] = {
        "status": answer.status,
        "http": {"version": answer.version},
        "size": len(answer.body),
        "cut": answer.cut,
        "redirects": answer.redirects,
        "url": answer.url,
    }
    if limits.wants("header"):
        found["header"] = answer.headers
    if limits.wants("body"):
        found["body"] = answer.text()
    if limits.wants("json"):
        found["json"] = _json(answer)
    if limits.wants("tls"):
        found["tls"] = _certificate(answer.connection)
    return found


def _json(answer: Any) -> object:  # noqa: ANN401 - fetching.Answer
    if answer.cut:
        return Missing("the answer was longer than is read, so its JSON is not known")
    try:
        return msgspec.json.decode(answer.plain_body())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Missing("the answer is no JSON")


def _certificate(connection: ssl.SSLObject | None) -> Mapping[str, Any] | Missing:
    if connection is None:
        return Missing("the answer did not come over TLS")
    return certificates.days_left(connection) or certificates.facts(connection)


def _unexpected(status: int, expected: str) -> str:
    if any(low <= status <= high for low, high in _ranges(expected)):
        return ""
    return f"status is {status}, not {expected}"


@lru_cache(maxsize=1_024)
def _ranges(expected: str) -> list[tuple[int, int]]:
    found = []
    for part in expected.replace(" ", "").split(","):
        match = _STATUS.fullmatch(part)
        if match is None:
            raise ValueError("status: write 200, 2xx or 200-299, several with commas")
        hundred, first, last = match.groups()
        low = int(hundred) * 100 if hundred else int(first)
        found.append((low, low + 99 if hundred else int(last or first)))
    return found


def _check(settings: Settings) -> None:
    _ranges(settings.status)
    check_address(
        settings.url,
        example="https://shop.example/health",
        login="put user and password into their own fields",
    )
    _check_headers(settings.headers)
    _check_headers(settings.secret_headers)
    check_authority(settings.ca)


def _check_headers(given: Mapping[str, str]) -> None:
    if len(given) > _MOST_HEADERS:
        raise ValueError(f"headers: {_MOST_HEADERS} at most")
    for name, value in given.items():
        if not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value) or name.lower() in _OURS:
            raise ValueError(f"headers: “{name[:40]}” cannot be sent")


def _host(settings: Settings) -> str:
    return urlsplit(settings.url).hostname or ""


http = Kind(
    label="HTTP",
    help="Asks a web address and judges status, headers, body, certificate and time.",
    settings=Settings,
    ready=_ready,
    probe=probe,
    address=_host,
    facts={
        "status": "the number, for example status == 200; takes the place of expected status",
        "http.version": 'what was spoken, for example http.version == "2"; takes the place of 2',
        "header": "header.content-type contains “json”",
        "body": 'the text, for example body contains "ok"',
        "json": 'the body as JSON, for example json.state == "ok"',
        "size": "bytes of the body that were read",
        "cut": "true if the answer was longer than is read",
        "tls.days_left": "days until the certificate ends",
        "tls.version": "for example TLSv1.3",
        "redirects": "how many were followed",
        "url": "the last address asked",
        "address": "the network address that answered",
    },
    secrets=("password", "token", "secret_headers"),
    check=_check,
)
