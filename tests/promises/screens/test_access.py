"""Who may see and change what, with the fixed cast; and that looking changes nothing."""

import pytest
from django.apps import apps
from django.test import Client

SEEN = (
    "/desk/",
    "/desk/promises/",
    "/desk/promises/on-time/",
    "/desk/promises/on-time/versions/1/",
    "/desk/promises/on-time/cases/",
    "/desk/promises/on-time/cases.csv",
    "/desk/promises/on-time/days.csv",
    "/desk/violations/",
    "/desk/violations/ledger.csv",
    "/desk/signals/",
    "/desk/signals/cases/",
    "/desk/case/?source=shop&key=parcel-01",
)
CHANGED = (
    "/desk/promises/new/",
    "/desk/promises/on-time/edit/",
    "/desk/promises/on-time/retirement/",
    "/desk/promises/on-time/versions/1/return/",
    "/desk/promises/on-time/exclusions/new/",
    "/desk/promises/on-time/suspensions/new/",
)


def counts():
    return {
        model.__name__: model.objects.count()
        for model in apps.get_models()
        if model.__module__.startswith("troth.")
    }


@pytest.mark.parametrize("url", [*SEEN, *CHANGED])
def test_a_stranger_is_asked_to_sign_in_and_sees_nothing(shop, dov, url):
    shop()
    stranger, suspended = Client(), Client()
    suspended.force_login(dov)
    for browser in (stranger, suspended):
        for ask in (browser.get, browser.post) if url in CHANGED else (browser.get,):
            response = ask(url)
            assert response.status_code == 302
            assert response.url.startswith("/accounts/login/")


@pytest.mark.parametrize("url", SEEN)
def test_whoever_reads_may_see_every_screen(shop, vic, cleo, signed_in, url):
    shop()
    for person in (vic, cleo):
        assert signed_in(person).get(url).status_code == 200


@pytest.mark.parametrize("url", CHANGED)
def test_readers_and_support_change_nothing(shop, vic, cleo, signed_in, url):
    shop()
    before = counts()
    for person in (vic, cleo):
        browser = signed_in(person)
        assert browser.get(url).status_code == 403
        assert browser.post(url, {"reason": "x"}).status_code == 403
    assert counts() == before


@pytest.mark.parametrize("url", [*SEEN, *CHANGED])
def test_looking_changes_nothing(shop, ada, signed_in, url):
    shop()
    browser = signed_in(ada)
    before = counts()
    for ask in (browser.get, browser.head):
        assert ask(url).status_code == 200
    assert counts() == before


def test_an_exclusion_of_another_promise_is_not_withdrawn_by_its_number(shop, ben, signed_in):
    shop()
    shop("other")
    browser = signed_in(ben)
    filled = {"category": "storm", "reason": "Storm.", "where": "key = 'parcel-36'"}
    browser.post("/desk/promises/on-time/exclusions/new/", filled)
    number = 1
    for slug in ("other", "nothing"):
        url = f"/desk/promises/{slug}/exclusions/{number}/withdrawal/"
        assert browser.post(url).status_code == 404
