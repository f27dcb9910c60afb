"""What an installation is told from outside: `TROTH_*` variables or their `_FILE` twins.

Each field of `Environment` is one variable: its name, default, reader and help stand together,
docs/configuration.md describes each, and a test compares the two.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from troth.config import keys, ports, values

Reader = Callable[[str], object]
PORT = "8000"


class SettingsError(Exception):
    """Some variables cannot be used. `problems` has one plain sentence for each."""

    exit_code = 2

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class Variable:
    name: str  # without TROTH_
    default: str  # "" where the value follows from others
    read: Reader
    help: str
    secret: bool = False


def _variable(
    name: str, default: str, read: Reader, help_text: str, *, secret: bool = False
) -> Any:  # noqa: ANN401 - a field of any type
    return field(metadata={"variable": Variable(name, default, read, help_text, secret)})


@dataclass(frozen=True, kw_only=True)
class Environment:
    data_dir: Path = _variable(
        "DATA", "data", values.folder, "Folder for the database, the signals and the keys."
    )
    page_dir: Path = _variable(
        "PAGE_DIR", "", values.folder, "Folder for the rendered public page; DATA/page."
    )
    base_url: str = _variable(
        "BASE_URL", "", values.web_address, "Address that visitors use; http://HOST:PORT."
    )
    organisation: str = _variable(
        "ORGANISATION", "Our company", values.text, "Your name, as the page shows it."
    )
    host: str = _variable("HOST", "127.0.0.1", values.text, "Network address to listen on.")
    port: int = _variable("PORT", PORT, values.port, "Port to listen on.")
    allowed_hosts: tuple[str, ...] = _variable(
        "ALLOWED_HOSTS", "", values.words, "More host names that may be asked for, with commas."
    )
    behind_proxy: bool = _variable(
        "BEHIND_PROXY", "0", values.yes_or_no, "1 when a proxy sets X-Forwarded-For and -Proto."
    )
    web_workers: int = _variable(
        "WEB_WORKERS", "1", values.whole, "Web processes; one per core is the most that helps."
    )
    web_threads: int = _variable(
        "WEB_THREADS", "4", values.whole, "Requests that one web process works on at once."
    )
    database_url: str = _variable(
        "DATABASE_URL",
        "",
        values.database,
        "Where the state is; a SQLite file in DATA.",
        secret=True,
    )
    signal_store: str = _variable(
        "SIGNAL_STORE", "embedded", values.signal_store, "Where signals are kept.", secret=True
    )
    secret_key: str = _variable(
        "SECRET_KEY", "", lambda text: values.key(text).hex(), "Signs sessions.", secret=True
    )
    subject_key: bytes = _variable(
        "SUBJECT_KEY", "", values.key, "Hashes the people in signals.", secret=True
    )
    inbox_key: bytes = _variable(
        "INBOX_KEY", "", values.key, "Encrypts signals that wait to be sealed.", secret=True
    )
    signing_key: bytes = _variable(
        "SIGNING_KEY", "", values.key, "Signs what the page publishes (Ed25519).", secret=True
    )
    push_key: bytes = _variable(
        "PUSH_KEY", "", values.key, "Shows browsers who notifies; made of SIGNING_KEY.", secret=True
    )
    metrics_token: str = _variable(
        "METRICS_TOKEN", "", values.text, "Bearer token that /metrics asks for.", secret=True
    )
    time_zone: str = _variable(
        "TIME_ZONE", "UTC", values.zone, "Time zone of promises that name none."
    )
    languages: tuple[str, ...] = _variable(
        "LANGUAGES", "en,de", values.words, "Languages of the page, the first one is at /."
    )
    product_url: str = _variable(
        "PRODUCT_URL", "", values.link, "Address of your product that readers' self-check asks."
    )
    page_statistics: bool = _variable(
        "PAGE_STATISTICS", "1", values.yes_or_no, "0 leaves the page's readers uncounted."
    )
    security_contact: tuple[str, ...] = _variable(
        "SECURITY_CONTACT", "", values.contacts, "Who is told of a weakness, for security.txt."
    )
    security_expires: date | None = _variable(
        "SECURITY_EXPIRES", "", values.day, "Day until which security.txt holds; at most a year."
    )
    security_policy: str = _variable(
        "SECURITY_POLICY", "", values.link, "Address of your disclosure policy, for security.txt."
    )
    inbox_limit_mb: int = _variable(
        "INBOX_LIMIT_MB", "2000", values.whole, "Unsealed signals beyond this are refused (503)."
    )
    max_body_mb: int = _variable(
        "MAX_BODY_MB", "100", values.whole, "Largest request and upload, after unpacking."
    )
    duckdb_memory_mb: int = _variable(
        "DUCKDB_MEMORY_MB", "1000", values.whole, "Memory of one process for questions to signals."
    )
    duckdb_threads: int = _variable(
        "DUCKDB_THREADS", "0", values.whole, "Threads for the same; 0 means one per core."
    )
    probe_private: bool = _variable(
        "PROBE_PRIVATE", "0", values.yes_or_no, "1 lets probes and messages reach private networks."
    )
    probe_scripts: str = _variable(
        "PROBE_SCRIPTS", "", values.text, "Folder of programs that probes may run; empty: none."
    )
    probe_evidence_days: int = _variable(
        "PROBE_EVIDENCE_DAYS", "30", values.whole, "Days for which failed checks' answers are kept."
    )
    feedback_reply_hours: int = _variable(
        "FEEDBACK_REPLY_HOURS", "48", values.whole, "Hours in which reports are answered; 0: none."
    )
    feedback_alarm: int = _variable(
        "FEEDBACK_ALARM", "3", values.whole, "Reports an hour of what shows green that ring."
    )
    feedback_days: int = _variable(
        "FEEDBACK_DAYS", "365", values.whole, "Days for which reports are kept."
    )
    account_attribute: str = _variable(
        "ACCOUNT_ATTRIBUTE", "", values.attribute, "Segment that names a customer's account."
    )
    oidc_issuer: str = _variable(
        "OIDC_ISSUER", "", values.text, "OpenID Connect issuer; empty switches it off."
    )
    oidc_client_id: str = _variable("OIDC_CLIENT_ID", "", values.text, "Our id at the issuer.")
    oidc_client_secret: str = _variable(
        "OIDC_CLIENT_SECRET", "", values.text, "Our secret at the issuer.", secret=True
    )
    oidc_name: str = _variable(
        "OIDC_NAME", "Single sign-on", values.text, "Name on the login button."
    )
    mail_port: int | None = _variable(
        "MAIL_PORT",
        "",
        values.port,
        "Port that takes heartbeats' mail; empty: none is listened on.",
    )
    mail_host: str = _variable(
        "MAIL_HOST", "127.0.0.1", values.text, "Network address to listen on for that mail."
    )
    mail_domain: str = _variable(
        "MAIL_DOMAIN", "", values.text, "Domain of heartbeats' addresses; the host of BASE_URL."
    )
    email_url: str = _variable(
        "EMAIL_URL", "", values.mail_address, "Mail server; empty sends no mail.", secret=True
    )
    email_from: str = _variable(
        "EMAIL_FROM", "", values.text, "Sender of mail; troth@ and the host of BASE_URL."
    )
    log_level: str = _variable(
        "LOG_LEVEL", "INFO", values.log_level, "debug, info, warning or error."
    )
    debug: bool = _variable(
        "DEBUG", "0", values.yes_or_no, "1 shows tracebacks in the browser; never in production."
    )

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")


_DATABASE = "troth.sqlite3"
KEYS = {"secret_key": "secret", "subject_key": "subject", "inbox_key": "inbox",
         "signing_key": "signing"}  # fmt: skip


def variables() -> Iterator[tuple[str, Variable]]:
    """Yield (field name, variable) of everything that can be set."""
    for each in fields(Environment):
        yield each.name, each.metadata["variable"]


def read(environ: Mapping[str, str] = os.environ, *, untouched: bool = False) -> Environment:
    """Return the settings; makes the data folder and the keys on the first start.

    `untouched` makes nothing: a key that is not there yet is empty. Raises SettingsError with one
    sentence for each variable that cannot be used.
    """
    found: dict[str, Any] = {}
    problems = list(_unknown(environ))
    for name, variable in variables():
        try:
            found[name] = _value(variable, environ)
        except (ValueError, OSError) as problem:
            problems.append(f"TROTH_{variable.name}: {problem}")
    if not problems and not says_port(environ):
        found["port"] = ports.kept(found["data_dir"]) or found["port"]
    problems = problems or list(_impossible(found))
    if problems:
        raise SettingsError(problems)
    try:
        return Environment(**_derived(found, untouched=untouched))
    except (ValueError, OSError) as problem:
        raise SettingsError([f"TROTH_DATA: {problem}"]) from problem


def says_port(environ: Mapping[str, str]) -> bool:
    """Return whether a variable names the port."""
    return bool(environ.get("TROTH_PORT") or environ.get("TROTH_PORT_FILE"))


def _unknown(environ: Mapping[str, str]) -> Iterator[str]:
    known = {variable.name for _, variable in variables()}
    for name in sorted(environ):
        bare = name.removeprefix("TROTH_").removesuffix("_FILE")
        if name.startswith("TROTH_") and bare not in known | _OTHERS:
            yield f"{name}: there is no such setting; docs/configuration.md lists them"


# Read by the crash tests, by the tests' own start and by bin/: they are no settings.
_OTHERS = {"CRASH_AT", "SHARED", "VENV", "PYTHON", "TEST_DATABASE", "TEST_CLICKHOUSE"}


def _value(variable: Variable, environ: Mapping[str, str]) -> object:
    name = f"TROTH_{variable.name}"
    if name in environ and f"{name}_FILE" in environ:
        raise ValueError(f"set {name} or {name}_FILE, not both")
    if f"{name}_FILE" in environ:
        written = Path(environ[f"{name}_FILE"]).read_text(encoding="utf-8").strip()
    else:
        written = environ.get(name) or variable.default
    return variable.read(written) if written else None


def _impossible(found: dict[str, Any]) -> Iterator[str]:
    if bool(found["security_contact"]) != bool(found["security_expires"]):
        yield "TROTH_SECURITY_CONTACT and TROTH_SECURITY_EXPIRES: security.txt needs both"
    if found["oidc_issuer"] and not (found["oidc_client_id"] and found["oidc_client_secret"]):
        yield "TROTH_OIDC_ISSUER: it needs TROTH_OIDC_CLIENT_ID and TROTH_OIDC_CLIENT_SECRET"
    for name in ("web_workers", "web_threads"):
        if not found[name]:
            yield f"TROTH_{name.upper()}: at least one is needed"
    if not found["languages"]:
        yield "TROTH_LANGUAGES: name at least one language, for example en"


def _derived(found: dict[str, Any], *, untouched: bool) -> dict[str, Any]:
    data: Path = found["data_dir"]
    if not untouched:
        data.mkdir(parents=True, exist_ok=True)
    found["page_dir"] = found["page_dir"] or data / "page"
    shown = "127.0.0.1" if found["host"] in ("0.0.0.0", "::") else found["host"]  # noqa: S104 - compared, not bound
    found["base_url"] = found["base_url"] or f"http://{shown}:{found['port']}"
    found["allowed_hosts"] = found["allowed_hosts"] or ()
    found["security_contact"] = found["security_contact"] or ()
    found["database_url"] = found["database_url"] or f"sqlite:///{quote(str(data))}/{_DATABASE}"
    host = urlsplit(found["base_url"]).hostname
    if found["mail_port"]:
        found["mail_domain"] = found["mail_domain"] or host
    found["email_from"] = found["email_from"] or f"troth@{host}"
    for name, file in KEYS.items():
        path = data / "keys" / file
        if not found[name] and (path.exists() or not untouched):
            found[name] = _kept(name, path, is_new=not (data / _DATABASE).exists())
    return {name: "" if value is None else value for name, value in found.items()}


def _kept(name: str, path: Path, *, is_new: bool) -> str | bytes:
    if not is_new and not path.exists():
        raise ValueError(f"{path} is missing, and the database here used it: put it back")
    key = keys.kept(path)
    return key.hex() if name == "secret_key" else key
