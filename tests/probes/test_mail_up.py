"""`troth up` takes heartbeats' mail by itself where a port for it is set."""

import smtplib
from email.message import EmailMessage

import pytest

from tests.probes.live import answers, free_port, living, wait_for
from tests.probes.test_mail import DECLARE, DOMAIN, KINDS

pytest.importorskip("aiosmtpd", reason="the extra “mail” is not installed")


@pytest.mark.timeout(240)
def test_troth_up_takes_mail_to_heartbeats_and_ends_its_listener_with_the_rest(tmp_path):
    port, web = free_port(), free_port()
    with living(tmp_path, TROTH_MAIL_PORT=str(port), TROTH_MAIL_DOMAIN=DOMAIN) as live:
        address = live.say(DECLARE)
        up = live.start("up", "--port", web)
        wait_for(lambda: answers(port), within=120)
        mail = EmailMessage()
        mail["Subject"], mail["From"], mail["To"] = "Backup", "cron@host.example", address
        mail.set_content("all is done")
        with smtplib.SMTP("127.0.0.1", port, local_hostname="there") as client:
            assert client.send_message(mail) == {}
        assert live.say(KINDS).split() == ["success"]
        up.terminate()
        up.wait(60)
        assert not answers(port)
