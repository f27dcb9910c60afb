"""Which services of Apprise may be used: those that talk to a server by HTTP, and nothing else.

Left out on purpose: whatever writes to this machine (dbus, syslog, desktops), reads files of it
(fcm, vapid), speaks another protocol (amqp, aprs, irc, mqtt, smpp, xmpp, mail), or runs programs.
"""

from typing import Final
from urllib.parse import parse_qsl, urlsplit

_ALLOWED: Final = """
46elks apprise apprises atalk azure bark barks betterstack bluesky brevo bsky
bulksms bulkvs burstsms chanify clickatell clicksend cliq cm d7sms dapnet dingtalk discord dot
eight00com elks emby embys enigma2 enigma2s evolution evolutions exotel feishu firehydrant flock
flowtriq flowtriqs fluxer fluxers form forms freemobile gchat github goalert goalerts gorush
gorushs gotify gotifys groundmail groupme guilded gupshup hassio hassios httpsms humhub humhubs
ifttt ilert incidentio infobip jellyfin jellyfins jira join json jsons kakao kakaotalk kaleyra
kavenegar klr kodi kodis kook kudosity kumulos lametric lametrics lark lauther lfg line
mailersend mailgun mastodon mastodons matrix matrixs misskey misskeys mmost mmosts mobilemessage
mobilemsg msg91 msgbird ncloud nclouds nctalk nctalks nexmo nostr notica noticas notifiarr
notifico notificos notifyre ntfy ntfys o365 octopush onebot onebots onesignal opsgenie pagerduty
pagertree parsep parseps pbul pinglet pinglets pingram pjet pjets plivo postmark pover prowl
psafer psafers push pushdeer pushdeers pushed pushme pushplus pushward pushy qq reddit resend
revolt ringc rocket rockets ryver schan sendgrid sendpulse serwersms ses session sessions seven
sfr signal signalgrid signals signl4 simplepush sinch slack smsc smseagle smseagles smsmanager
smsmgr smstunnel smtp2go sns sogs sparkpost spike splunk spugpush spush squadcast
stackfield strmlabs synology synologys telesign telnyx tgram threema toot toots trigv trigvs
tweet twilio twist twitter viber victorops voipms vonage webex wechat wecom wecombot whapi
whatsapp workflow workflows wpush wxpusher wxteams x xbmc xbmcs xmatters xml xmls youlmk zalo
zcliq zohocliq zoom zulip
"""
SCHEMES: Final = frozenset(_ALLOWED.split())
_READS_FILES: Final = frozenset({"attach", "attach-as", "file", "keyfile", "pem", "template"})


def checked(text: str) -> str:
    """Return an address of Apprise. Raises ValueError, in words, for one that may not be used."""
    text = text.strip()
    scheme, separator, _ = text.partition("://")
    if not separator:
        raise ValueError("an address of Apprise looks like service://…")
    if scheme.lower() not in SCHEMES:
        raise ValueError(f"“{scheme[:40]}” is no service that may be used here")
    if any(ord(letter) <= ord(" ") for letter in text):
        raise ValueError("an address has no blanks")
    for name, _ in parse_qsl(urlsplit(text).query, keep_blank_values=True):
        if name.lower().strip("+-:") in _READS_FILES:
            raise ValueError(f"“{name}” would read a file of this machine")
    return text
