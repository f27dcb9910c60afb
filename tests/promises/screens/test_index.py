import re

import pytest

URL = "/desk/promises/"


def rows(response):
    return re.findall(r'<th scope="row"><a href="/desk/promises/([a-z0-9-]+)/', response.text)


@pytest.mark.parametrize(("number", "expected"), [(1, 1), (3, 3)])
def test_the_list_shows_each_promise_and_asks_the_database_as_often_for_three_as_for_one(
    shop, vic, signed_in, django_assert_num_queries, number, expected
):
    for count in range(number):
        shop(f"promise-{count}")
    browser = signed_in(vic)
    browser.get(URL)
    with django_assert_num_queries(10):
        response = browser.get(URL)
    assert len(rows(response)) == expected


@pytest.mark.mission("S4.6")
def test_the_list_is_searched_filtered_and_sorted_by_its_address(shop, vic, signed_in):
    shop("parcels", name="Parcels", target="90%")
    shop("letters", name="Letters", target="50%")
    browser = signed_in(vic)
    assert rows(browser.get(URL)) == ["parcels", "letters"]  # the broken one first
    assert rows(browser.get(URL, {"sort": "name"})) == ["letters", "parcels"]
    assert rows(browser.get(URL, {"search": "LETT"})) == ["letters"]
    assert rows(browser.get(URL, {"verdict": "broken"})) == ["parcels"]
    assert rows(browser.get(URL, {"pillar": "nothing"})) == []
    assert "1 of 2 promises are kept." in browser.get(URL).text


def test_htmx_gets_the_rows_alone_and_the_same_rows(shop, vic, signed_in):
    shop()
    browser = signed_in(vic)
    part = browser.get(URL, headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert rows(part) == rows(browser.get(URL)) == ["on-time"]


def test_an_empty_list_says_what_to_do(db, ben, vic, signed_in):
    assert "What do you promise?" in signed_in(vic).get(URL).text
    assert "New promise" in signed_in(ben).get(URL).text
    assert "New promise" not in signed_in(vic).get(URL).text


@pytest.mark.parametrize(
    "address", ["?page=999", "?page=x", "?sort=x", "?at=nonsense", "?verdict=x"]
)
def test_a_strange_address_still_shows_a_page(shop, vic, signed_in, address):
    shop()
    assert signed_in(vic).get(URL + address).status_code == 200


def test_what_cannot_be_read_as_an_instant_is_said(shop, vic, signed_in):
    shop()
    assert "“nonsense” is no instant" in signed_in(vic).get(URL + "?at=nonsense").text
