"""Where visits come from: straight to us, or by way of a search engine, a network, a message."""

import re
from functools import lru_cache
from urllib.parse import urlsplit

import numpy as np

from troth.metrics.outcomes import intervals
from troth.metrics.outcomes.results import Finding, Part
from troth.metrics.outcomes.tables import Context, Tables, numbered

DIRECT, SEARCH, SOCIAL, MAIL, AD = "direct", "search", "social", "mail", "advertisement"
OTHER, INSIDE = "other site", "from our own pages"
CLASSES = (DIRECT, SEARCH, SOCIAL, MAIL, AD, OTHER)
_MEDIA = {
    "direct": DIRECT, "(none)": DIRECT, "none": DIRECT, "organic": SEARCH, "search": SEARCH,
    "social": SOCIAL, "social-media": SOCIAL, "email": MAIL, "mail": MAIL, "newsletter": MAIL,
    "cpc": AD, "ppc": AD, "paid": AD, "paidsearch": AD, "display": AD, "banner": AD, "cpm": AD,
    "affiliate": AD, "retargeting": AD, "referral": OTHER,
}  # fmt: skip
# Engines under many national domains, then those of one.
_ENGINES = re.compile(r"(?:^|\.)(?:google|bing|yahoo|yandex|ask|aol)\.[a-z]{2,4}(?:\.[a-z]{2})?$")
_SEARCH = (
    "duckduckgo.com", "ecosia.org", "qwant.com", "startpage.com", "search.brave.com", "baidu.com",
    "naver.com", "seznam.cz", "kagi.com", "mojeek.com", "swisscows.com", "metager.de", "sogou.com",
    "search.marginalia.nu", "presearch.com", "so.com", "daum.net", "lycos.com", "perplexity.ai",
)  # fmt: skip
_SOCIAL = (
    "facebook.com", "fb.com", "instagram.com", "threads.net", "x.com", "twitter.com", "t.co",
    "linkedin.com", "lnkd.in", "reddit.com", "pinterest.com", "tiktok.com", "youtube.com",
    "youtu.be", "vk.com", "ok.ru", "weibo.com", "mastodon.social", "bsky.app", "xing.com",
    "news.ycombinator.com", "discord.com", "t.me", "whatsapp.com", "wa.me", "snapchat.com",
)  # fmt: skip
_MAIL = (
    "mail.google.com", "outlook.live.com", "outlook.office.com", "outlook.office365.com",
    "mail.yahoo.com", "mail.proton.me", "app.fastmail.com", "mail.aol.com", "mail.yandex.ru",
    "deref-gmx.net", "deref-web.de", "com.google.android.gm",
)  # fmt: skip


def direct(tables: Tables, context: Context) -> Finding:
    """Return visits that come straight to us ÷ all that come from outside.

    Option `own`: our hosts, with commas; visits from there are not told again. Beside it the same
    of first visits, and each other class.
    """
    visits = tables["visits"]
    own = tuple(host.strip().lower() for host in str(context.options["own"]).split(",") if host)
    pairs = zip(visits["referrer"].tolist(), visits["medium"].tolist(), strict=True)
    names = np.array([came_from(referrer, medium, own) for referrer, medium in pairs], dtype=object)
    outside = visits.only(names != INSIDE, INSIDE)
    names, often = names[names != INSIDE], outside.weight
    total = int(often.sum())
    [who] = numbered(outside["who"])
    first = np.zeros(len(who), dtype=bool)
    first[np.unique(who, return_index=True)[1]] = True
    first &= who >= 0
    straight = names == DIRECT
    parts = [Part("first visits", intervals.share(int((straight & first).sum()), int(first.sum())))]
    parts += [
        Part(name, intervals.share(int(often[names == name].sum()), total)) for name in CLASSES[1:]
    ]
    return Finding(
        figure=intervals.share(int(often[straight].sum()), total), parts=tuple(parts),
        excluded=dict(outside.excluded),
    )  # fmt: skip


@lru_cache(maxsize=100_000)
def came_from(referrer: str | None, medium: str | None, own: tuple[str, ...] = ()) -> str:
    """Return the class of a visit from its referrer (an address or a host) and its medium.

    A medium that we put on a link ourselves says more than the referrer.
    """
    said = _MEDIA.get((medium or "").strip().lower())
    host = host_of(referrer)
    if host and _is_of(host, own):
        return INSIDE
    if said is not None and not (said in {DIRECT, OTHER} and host):
        return said
    return _by_host(host) if host else DIRECT


def _by_host(host: str) -> str:
    if _is_of(host, _MAIL):
        return MAIL
    if _ENGINES.search(host) or _is_of(host, _SEARCH):
        return SEARCH
    return SOCIAL if _is_of(host, _SOCIAL) else OTHER


def _is_of(host: str, domains: tuple[str, ...]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def host_of(referrer: str | None) -> str:
    """Return the host of an address, with or without its scheme; "" where there is none."""
    text = (referrer or "").strip().lower()
    if text in {"", "-", "(direct)", "direct", "none", "null", "about:blank"}:
        return ""
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname
    except ValueError:
        return ""
    return (host or "").rstrip(".").removeprefix("www.")
