"""Heartbeats by mail: on disk before it is accepted, counted once, never a relay."""

import smtplib
import socket
import subprocess
from email.message import EmailMessage

import pytest
from django.conf import settings

from tests.probes.conftest import NOON, heartbeat_document
from tests.probes.live import ROOT, TROTH, answers, free_port, kill, living, wait_for
from troth.core.problems import DocumentError
from troth.probes import actions, book, jobs, mailroom, queries
from troth.probes.models import Heartbeat, Ping
from troth.probes.rules import documents, mailing

DOMAIN = "trust.example"


def message(subject="Backup", text="all is done", number="<1@there>", kind="plain"):
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = subject, "cron@host.example", "someone@trust"
    if number:
        made["Message-ID"] = number
    made.set_content(text, subtype=kind)
    return made


@pytest.mark.parametrize(
    ("said", "subject", "text", "sign"),
    [
        ({}, "anything", "", "success"),
        ({"otherwise": "fail"}, "anything", "", "fail"),
        ({"fail": ["error"]}, "anything", "", "success"),
        ({"success": ["done"]}, "Backup DONE", "", "success"),
        ({"success": ["done"]}, "Backup", "done", "log"),
        ({"success": ["done"], "place": "body"}, "Backup", "all is done", "success"),
        ({"success": ["done"], "place": "both"}, "done", "", "success"),
        ({"success": ["done"], "otherwise": "fail"}, "Backup", "", "fail"),
        ({"success": ["done"], "fail": ["error"]}, "done with 1 error", "", "fail"),
        ({"start": ["begun"], "success": ["done"]}, "begun", "", "start"),
        ({"success": ["é"]}, "CAFÉ", "", "success"),
        ({"success": ["[ok]"]}, "a [OK] b", "", "success"),
    ],
)
def test_words_decide_what_a_message_says(said, subject, text, sign):
    mail = mailing.read(message(subject, text).as_bytes())
    assert mailing.filter_of(said).sign(mail) == sign


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"Subject: =?nonsense?q?=ff?=\n\nx",
        b"Message-ID: <\nFrom: @@@<<>>\n\n",
        b"Content-Type: text/plain; charset=nobody\n\n\xff",
        b"Content-Type: multipart/mixed\n\n--x\n",
        b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: a/b\n",
    ],
)
def test_rubbish_is_read_all_the_same(raw):
    assert mailing.Filter().sign(mailing.read(raw)) == "success"


def test_the_text_of_html_is_looked_at():
    mail = mailing.read(message(text="<p>It <b>failed</b> &amp; ended</p>", kind="html").as_bytes())
    assert mail.text == "It failed & ended"


def test_what_mail_means_is_declared_and_told_back():
    said = {"place": "both", "fail": ["error", "no space"], "otherwise": "success"}
    document = heartbeat_document("backup", period="1d", mail=said)
    assert documents.heartbeat_document(documents.heartbeat(document))["spec"]["mail"] == said
    with pytest.raises(DocumentError) as caught:
        documents.heartbeat(heartbeat_document("backup", period="1d", mail={
            "place": "header", "words": ["x"], "fail": [""]}))  # fmt: skip
    assert {one.field for one in caught.value.problems} == {
        "spec.mail.place", "spec.mail.words", "spec.mail.fail"}  # fmt: skip


@pytest.fixture
def taking(monkeypatch):
    book.forget()
    monkeypatch.setattr(settings, "TROTH", _with_domain(settings.TROTH))


def _with_domain(troth):
    from dataclasses import replace

    return replace(troth, mail_domain=DOMAIN)


@pytest.mark.django_db
@pytest.mark.usefixtures("taking")
def test_a_message_is_a_sign_with_evidence_counted_once(heartbeat):
    row = heartbeat("backup", period="1h", grace="5m", mail={"fail": ["error"]})
    address = queries.mail_to(row)
    raw = message("an error", "<no> space left").as_bytes()
    shouted = [address.upper(), f"<{address}>", "someone@elsewhere.example", "nobody@trust.example"]
    assert mailroom.deliver(raw=raw, recipients=shouted, now=NOON) == 1
    assert mailroom.deliver(raw=raw, recipients=[address], now=NOON) == 1
    ping = Ping.objects.get()
    assert (ping.kind, ping.method, ping.size) == ("fail", "MAIL", len(raw))
    assert b"space" not in bytes(ping.sealed)
    assert jobs.beat(now=NOON) == 1
    detail = queries.heartbeat_detail("backup", at=NOON)
    assert detail.shown.state == "down"
    assert detail.pings[0].body == (
        "From: cron@host.example\nSubject: an error\n\n<no> space left")  # fmt: skip


@pytest.mark.django_db
@pytest.mark.usefixtures("taking")
def test_messages_without_a_number_are_told_apart_by_what_they_say(heartbeat):
    address = queries.mail_to(heartbeat())
    for text, times in (("one", 2), ("two", 1)):
        for _ in range(times):
            raw = message(text=text, number="").as_bytes()
            mailroom.deliver(raw=raw, recipients=[address], now=NOON)
    assert Ping.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.usefixtures("taking")
def test_an_address_of_before_and_a_retired_heartbeat_take_nothing(heartbeat, ben):
    row = heartbeat()
    old = queries.mail_to(row)
    assert mailroom.is_ours(old)
    actions.new_key(heartbeat=row, author=ben, now=NOON)
    raw = message().as_bytes()
    assert mailroom.deliver(raw=raw, recipients=[old], now=NOON) == 0
    new = queries.mail_to(Heartbeat.objects.get())
    assert mailroom.deliver(raw=raw, recipients=[new], now=NOON) == 1
    actions.retire(watch=Heartbeat.objects.get(), author=ben, now=NOON)
    assert not mailroom.is_ours(new)


DECLARE = """
from troth.core import clock
from troth.probes import actions, queries
row = actions.declare_heartbeat(author="test", now=clock.now(), document={
    "apiVersion": "troth/v1", "kind": "Heartbeat", "metadata": {"name": "backup"},
    "spec": {"period": "1h", "mail": {"fail": ["failed"]}}})
print(queries.mail_to(row))
"""
KINDS = "from troth.probes.models import Ping; print(*Ping.objects.values_list('kind', flat=True))"


@pytest.fixture(scope="module")
def post(tmp_path_factory):
    """Give an installation whose listener runs: (it, its port, a heartbeat's address)."""
    port = free_port()
    home = tmp_path_factory.mktemp("post")
    with living(home, TROTH_MAIL_PORT=str(port), TROTH_MAIL_DOMAIN=DOMAIN) as live:
        address = live.say(DECLARE)
        live.start("mail")
        wait_for(lambda: answers(port))
        yield live, port, address


def kinds(live):
    return live.say(KINDS).split()


def test_the_listener_knows_heartbeats_alone_and_relays_nothing(post):
    live, port, address = post
    before = len(kinds(live))
    with smtplib.SMTP("127.0.0.1", port, local_hostname="there") as client:
        client.ehlo()
        assert socket.gethostname() not in client.ehlo_resp.decode()
        assert "auth" not in client.esmtp_features
        for stranger in ("someone@elsewhere.example", f"nobody@{DOMAIN}", "root", "x" * 200):
            client.mail("a@b.example")
            assert client.rcpt(stranger) == (550, b"5.1.1 There is no such address here")
            client.rset()
        assert client.verify("root")[0] == 252
        assert client.send_message(message("ok", number="<7@there>"), to_addrs=[address]) == {}
    assert kinds(live)[before:] == ["success"]


def test_a_message_that_is_too_large_is_refused(post):
    _, port, address = post
    with smtplib.SMTP("127.0.0.1", port, local_hostname="there") as client:
        with pytest.raises(smtplib.SMTPSenderRefused, match="552"):
            client.sendmail("a@b.example", [address], b"x" * 5_100_000)
        client.ehlo_or_helo_if_needed()
        client.mail("a@b.example")  # without saying the size before
        client.rcpt(address)
        assert client.data(b"x\r\n" * 2_000_000)[0] == 552


def test_a_crash_before_the_answer_loses_nothing_and_counts_once(post):
    live, _, address = post
    before = len(kinds(live))
    port = free_port()
    process = live.start(
        "mail", TROTH_MAIL_PORT=str(port), TROTH_CRASH_AT="mail.kept")  # fmt: skip
    wait_for(lambda: answers(port))
    told = message("it failed", number="<crash@there>")
    with pytest.raises(smtplib.SMTPException), smtplib.SMTP("127.0.0.1", port) as client:
        client.send_message(told, to_addrs=[address])
    assert process.wait(10) != 0
    again = live.start("mail", TROTH_MAIL_PORT=str(port))
    wait_for(lambda: answers(port))
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.send_message(told, to_addrs=[address])
        accepted = [message(number=f"<k{n}@there>") for n in range(5)]
        for each in accepted:
            client.send_message(each, to_addrs=[address])
        kill(again)
    assert kinds(live)[before:] == ["fail", *["success"] * 5]


def test_a_mail_servers_pipe_gives_its_message(post):
    live, _, address = post
    before = len(kinds(live))

    def pipe(raw, *recipients):
        return subprocess.run(
            [*TROTH, "ping-mail", *recipients], input=raw, env=live.environment, cwd=ROOT,
            check=False, capture_output=True,
        )  # fmt: skip

    raw = message("it failed", number="<pipe@there>").as_bytes()
    assert pipe(raw, address).returncode == 0
    assert pipe(raw, address).returncode == 0
    assert kinds(live)[before:] == ["fail"]
    unknown = pipe(raw, f"nobody@{DOMAIN}")
    assert (unknown.returncode, unknown.stderr) == (67, b"troth: there is no such address here\n")
    assert pipe(b"x" * 5_000_001, address).returncode == 65
    live_without = {**live.environment, "TROTH_DATA": str(live.home / "empty")}
    done = subprocess.run([*TROTH, "ping-mail", address], input=raw, env=live_without, cwd=ROOT,
                          check=False, capture_output=True)  # fmt: skip
    assert done.returncode == 75
