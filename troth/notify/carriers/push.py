"""Web push: encrypted for one browser (RFC 8291), signed by us (RFC 8292), sent by HTTP."""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from troth.core import clock
from troth.notify import vapid
from troth.notify.carriers import http
from troth.notify.carriers.limits import Limits
from troth.notify.channel import Call, Push
from troth.notify.rules.results import Answer, Fate

_KEPT_SECONDS: Final = 86_400  # for a browser that is off


async def carry(push: Push, *, limits: Limits) -> Answer:
    """Encrypt a message for its browser and hand it to the browser's push service."""
    try:
        call = _call(push)
    except (KeyError, ValueError) as error:
        return Answer(fate=Fate.GONE, said=f"this is no subscription of a browser: {error}"[:200])
    return await http.carry(call, limits=replace(limits, reads=reads))


def _call(push: Push) -> Call:
    endpoint = str(push.subscription["endpoint"])
    topic = {"Topic": push.topic} if push.topic else {}
    return Call(
        url=endpoint,
        headers={
            "Authorization": vapid.authorization(endpoint, now=clock.now()),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(_KEPT_SECONDS),
            "Urgency": push.urgency,
            **topic,
        },
        body=encrypted(push.body, push.subscription["keys"]),
    )


def encrypted(body: bytes, keys: Mapping[str, str]) -> bytes:
    """Return a message that only the browser with these keys can read."""
    import http_ece  # loaded with the first push
    from cryptography.hazmat.primitives.asymmetric import ec

    sealed: bytes = http_ece.encrypt(
        body,
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=_bytes(keys["p256dh"]),
        auth_secret=_bytes(keys["auth"]),
        version="aes128gcm",
    )
    return sealed


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def reads(status: int, headers: Mapping[str, str], body: str) -> Answer:
    """Return what a push service means: a browser that is known no more is gone."""
    if status in (404, 410):
        return Answer(fate=Fate.GONE, said=f"{status} the browser is subscribed no more")
    answer = http.read(status, headers, body)
    if answer.fate is not Fate.ACCEPTED:
        return answer
    return replace(answer, said=f"{status} taken", receipt=headers.get("location", "")[:200])
