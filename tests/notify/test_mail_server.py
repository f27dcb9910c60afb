"""Mail reaches a server that keeps to RFC 5321: it wants to be greeted before anything else."""

import pytest

from tests import loop
from tests.letterbox import letterbox, text_of
from tests.notify.letters import letter_for
from troth.notify.carriers import smtp
from troth.notify.carriers.limits import Limits
from troth.notify.channel import Mail
from troth.notify.rules.results import Fate


@pytest.mark.mission("S2.16")
def test_a_server_that_asks_for_no_login_is_greeted_first():
    with letterbox() as post:
        server = f"smtp://127.0.0.1:{post.port}?tls=none"
        mail = Mail(to="ada@example.org", letter=letter_for("email"), server=server,
                    sender="Shop <status@shop.example>")  # fmt: skip

        async def twice():
            try:
                limits = Limits(private=True, timeout=5)
                return [await smtp.carry(mail, limits=limits) for _ in range(2)]
            finally:
                smtp.close_idle()

        answers = loop.run(twice())
    assert [one.fate for one in answers] == [Fate.ACCEPTED] * 2
    assert "card" in text_of(post.to("ada@example.org")[1]).lower()
