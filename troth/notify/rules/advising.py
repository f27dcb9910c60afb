"""What to do about an answer of the other side, in a sentence for whoever tried it. Pure."""

import re
from typing import Final

from troth.notify.rules.results import Answer, Fate

_ADVICE: Final = """
Nobody knows this name. Look for a typing mistake, and whether this host reaches its name server.
name or service not known|no address associated|name resolution|nameresolution|nodename|getaddrinfo
This address lies in a private network. Set TROTH_PROBE_PRIVATE=1 if we may reach it.
troth_probe_private|private network|is private|is not public
Nothing listens there. Look at host and port, whether the service runs, and at firewalls.
connection refused|connect call failed|errno 111|no route to host|unreachable|newconnectionerror
No safe connection could be made. Look at the certificate: its name, whether it ended, who signed \
it; and whether this port speaks TLS at all.
certificate|\\bssl\\b|\\btls\\b|handshake|sslerror
It did not answer in time. It may be slow or stopped, or a firewall swallows what we send.
no answer in time|timed out|timeout|no answer came
It does not accept our key or password. Make a new one there, and set it here.
\\b(?:401|403|535|530)\\b|unauthori[sz]ed|forbidden|authentication
It does not know this address. Copy it from there once more.
\\b404\\b|not found
This address was ended there. Make a new one.
\\b410\\b
It gets too much from us at once. Nothing is wrong with the address: wait, or set a slower rate \
for the outlet.
\\b429\\b|too many
It sends us elsewhere, and messages follow nobody. Write the address that it names.
^(?:\\S+ )?30\\d\\b
It is broken on the other side. Try again later, or ask whoever runs it.
\\b5\\d\\d\\b
It understood us and does not want this. Look at what it said, and at the outlet's settings.
\\b4(?:00|13|15|22)\\b
"""
_LINES: Final = _ADVICE.strip().splitlines()
# What to do, and what was said then; the first that is found counts.
_SIGNS: Final = tuple(
    (what, re.compile(sign, re.IGNORECASE))
    for what, sign in zip(_LINES[::2], _LINES[1::2], strict=True)
)


def advice(answer: Answer) -> str:
    """Return what to do about an answer; nothing where it was taken, or nobody can say."""
    if answer.fate is Fate.ACCEPTED:
        return ""
    return next((what for what, sign in _SIGNS if sign.search(answer.said)), "")
