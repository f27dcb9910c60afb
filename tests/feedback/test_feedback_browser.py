"""The form and the inbox in Chromium: with a script and without, both widths, both schemes."""

import pytest

from tests.feedback.writing import part
from tests.looks import findings
from tests.notify.readers import with_mail
from troth.core import clock
from troth.feedback import actions, queries
from troth.feedback.models import Report
from troth.feedback.queries import Choice
from troth.feedback.rules import End, Kind

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.mission("S3.24")
@pytest.mark.parametrize("scripts", [True, False])
def test_somebody_writes_and_support_answers(opened, live_server, settings, ada, cleo, scripts):
    with_mail(settings, base_url=live_server.url)
    part(ada)
    page = opened(cleo, scripts=scripts)
    page.context.clear_cookies()
    page.goto("/report")
    page.fill("[name=text]", "My card is refused.\nSince this morning.")
    page.fill("[name=address]", "ada@example.com")
    page.select_option("[name=component]", label="Checkout")
    if not scripts:
        page.wait_for_timeout(3_200)
    page.click("button[type=submit]")
    page.wait_for_url("**/report/thanks**")
    assert "within 48 hours" in page.inner_text("main")
    assert (page.context.cookies(), page.breaches) == ([], [])
    (row,) = queries.inbox(Choice()).items
    assert row.component_name == "Checkout"
    desk = opened(cleo, scripts=scripts)
    desk.goto("/desk/feedback/")
    desk.click("text=My card is refused")
    desk.fill("#answer_form_text", "We look into it.")
    desk.click("text=Send the answer")
    desk.wait_for_selector("text=The answer is on its way.")
    assert Report.objects.get().state == "answered"
    assert desk.breaches == []


def test_the_screens_look_right(opened, live_server, settings, ada, cleo):
    with_mail(settings, base_url=live_server.url)
    uid = part(ada)
    page = opened(cleo)
    for path in ("/report", "/report?language=de", "/report/thanks?answer=1", "/desk/feedback/"):
        page.goto(path)
        assert (path, findings(page)) == (path, [])
    for number in range(3):
        said = actions.Written(
            kind=Kind.PROBLEM if number else Kind.QUESTION, language="en", component=uid,
            text=f"Number {number}: " + "a long line that says what one sees. " * 9,
            address="ada@example.com" if number else "",
        )  # fmt: skip
        row = actions.report(said, now=clock.now())
    both = {"uid": row.uid, "by": cleo, "now": clock.now()}
    actions.answer(text="We look into it.", turn=0, **both)
    actions.note(text="The same bank.", turn=1, **both)
    for path in ("/desk/feedback/", "/desk/feedback/?search=nothing", f"/desk/feedback/{row.uid}/"):
        page.goto(path)
        assert (path, findings(page)) == (path, [])
    actions.close(end=End.DONE, text="", turn=2, **both)
    page.goto(f"/desk/feedback/{row.uid}/")
    assert findings(page) == []
    page.goto("/report")
    page.evaluate("document.querySelector('form').submit()")
    page.wait_for_selector("[aria-invalid]")
    assert findings(page) == []
