"""A message to a heartbeat, sent again by whoever heard no answer."""

import dataclasses

from django.conf import settings
from django.test import override_settings

from troth.core import clock
from troth.probes import actions, mailroom, queries
from troth.probes.models import Heartbeat, Ping

PREFIXES = ("mail",)
MESSAGE = b"Message-ID: <1@there>\nSubject: Backup\n\nall is done\n"


def work():
    actions.declare_heartbeat(author="test", now=clock.now(), document={
        "apiVersion": "troth/v1", "kind": "Heartbeat", "metadata": {"name": "backup"},
        "spec": {"period": "1h"}})  # fmt: skip
    _send()


def recover():
    _send()
    actions.beat(now=clock.now())
    return [[one.kind, one.method, one.size] for one in Ping.objects.all()]


def _send():
    with override_settings(TROTH=dataclasses.replace(settings.TROTH, mail_domain="trust.example")):
        address = queries.mail_to(Heartbeat.objects.get())
        assert mailroom.deliver(raw=MESSAGE, recipients=[address], now=clock.now()) == 1
