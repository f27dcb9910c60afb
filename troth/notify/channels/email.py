"""Mail, by a server of our own or a provider's."""

from dataclasses import replace
from functools import lru_cache
from typing import Annotated, Final, Literal
from urllib.parse import quote

import msgspec
from django.conf import settings

from troth.notify.channel import Address, Channel, Letter, Mail, Shape, Target, named
from troth.people.rules import addresses

Provider = Literal[
    "smtp", "brevo", "mailersend", "mailgun", "mailjet", "mailtrap", "mandrill", "postal",
    "postmark", "resend", "scaleway", "sparkpost", "unisender_go",
]  # fmt: skip


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mail server, or a provider's. Without an outlet, TROTH_EMAIL_URL is used."""

    provider: Annotated[Provider, named("By", "smtp is any mail server.")] = "smtp"
    api_key: Annotated[str, named("Key", "of the provider's API; smtp needs none")] = ""
    account: Annotated[
        str, named("Account", "Mailgun: domain; Mailjet: secret key; Scaleway: project")
    ] = ""
    api_url: Annotated[str, named("API's address", "where it is not the usual one")] = ""
    host: Annotated[str, named("Server", "of smtp, such as smtp.example.org")] = ""
    sender: Annotated[str, named("Sender", "such as Example status <status@example.org>")] = ""
    port: Annotated[
        int, named("Port", "0: 587, or 465 with TLS from the start", ge=0, le=65_535)
    ] = 0
    security: Annotated[
        Literal["starttls", "tls", "none"], named("Encryption", "none is for a server on this host")
    ] = "starttls"
    user: Annotated[str, named("User", "empty where the server asks for none")] = ""
    password: Annotated[str, named("Password")] = ""


def check_settings(found: Settings) -> None:
    """Raise ValueError where a server or a key is missing."""
    if found.provider == "smtp" and not found.host:
        raise ValueError("a server is missing: host")
    if found.provider != "smtp" and not found.api_key:
        raise ValueError("the provider needs api_key")
    if found.provider == "postal" and not found.api_url:
        raise ValueError("Postal runs on a server of yours: api_url")
    if found.api_url:
        addresses.link(found.api_url)


def hand(letter: Letter, target: Target) -> Mail:
    found: Settings | None = target.settings
    if found and found.provider != "smtp":
        mail = Mail(to=target.address, letter=letter, sender=target.sender)
        return replace(mail, provider=found.provider, options=_options(found))
    server = settings.TROTH.email_url if target.settings is None else server_of(target.settings)
    return Mail(to=target.address, letter=letter, sender=target.sender, server=server)


def _options(found: Settings) -> dict[str, str]:
    key, account = _NAMES.get(found.provider, ("api_key", ""))
    told = {key: found.api_key, account: found.account, "api_url": found.api_url}
    return {name: value for name, value in told.items() if name and value}


# How a provider calls its key, and what else it needs.
_NAMES: Final = {
    "mailersend": ("api_token", ""), "mailgun": ("api_key", "sender_domain"),
    "mailjet": ("api_key", "secret_key"), "mailtrap": ("api_token", ""),
    "postmark": ("server_token", "message_stream"), "scaleway": ("secret_key", "project_id"),
}  # fmt: skip


@lru_cache(maxsize=64)
def server_of(found: Settings) -> str:
    """Return the address of a server, as TROTH_EMAIL_URL writes it."""
    scheme = "smtps" if found.security == "tls" else "smtp"
    who = f"{quote(found.user, safe='')}:{quote(found.password, safe='')}@" if found.user else ""
    port = found.port or (465 if found.security == "tls" else 587)
    plain = "?tls=none" if found.security == "none" else ""
    return f"{scheme}://{who}{found.host}:{port}{plain}"


def check(text: str) -> str:
    """Return a mail address, normalised. Raises ValueError."""
    return addresses.normal("email", text)


email = Channel(
    label="E-mail",
    help="Mail by SMTP or by a provider, each with a link that ends it in one click.",
    shape=Shape.MAIL,
    settings=Settings,
    secrets=("password", "api_key"),
    check=check_settings,
    address=Address(label="E-mail address", check=check, hint="you@example.org"),
    hand=hand,
    is_public=True,
    place=1,
    at_once=8,
)
