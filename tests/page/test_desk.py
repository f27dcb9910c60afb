import pytest

from tests.page.support import NOON
from troth.page import actions, queries
from troth.staff.models import AuditEntry

pytestmark = pytest.mark.usefixtures("place")


def test_the_screen_says_what_is_published(signed_in, vic):
    actions.publish(now=NOON)
    answer = signed_in(vic).get("/desk/page/")
    assert answer.status_code == 200
    assert queries.published().revision in answer.text
    assert "Put it there" not in answer.text


def test_an_editor_puts_a_notice_on_the_page_and_the_trail_knows(signed_in, ben):
    browser = signed_in(ben)
    assert browser.post("/desk/page/notice/", {"text": "We move on Friday."}).status_code == 302
    assert queries.notice() == "We move on Friday."
    assert "We move on Friday." in browser.get("/desk/page/").text
    browser.post("/desk/page/notice/", {"text": ""})
    assert queries.notice() == ""
    verbs = AuditEntry.objects.filter(thing="notice").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["posted", "withdrew"]


def test_a_notice_that_is_too_long_is_sent_back(signed_in, ben):
    answer = signed_in(ben).post("/desk/page/notice/", {"text": "x" * 301})
    assert answer.status_code == 422
    assert queries.notice() == ""


@pytest.mark.parametrize("person", ["vic", "cleo"])
def test_only_editors_change_it(signed_in, request, person):
    browser = signed_in(request.getfixturevalue(person))
    assert browser.post("/desk/page/notice/", {"text": "No."}).status_code == 403
