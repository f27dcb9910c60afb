"""A promise stands at a step of the journey, and steps come in the order of their numbers."""

import pytest

from tests.shop import NOW, document
from troth.metrics import queries
from troth.metrics.journeys import place_of
from troth.metrics.models import Baseline, Stream
from troth.metrics.queries.mapped import cells, journey
from troth.promises import actions, exporting
from troth.promises.rules import openslo, openslo_out
from troth.promises.rules.document import read
from troth.promises.rules.terms import DocumentError

STEPS = ("10 return", "2 pay", "buy", "1 look", "")
IN_ORDER = ["1 look", "2 pay", "10 return", "buy"]


def at(step, slug="on-time"):
    found = document(slug, name=f"At {step or 'none'}")
    labels = {"touchpoint": slug, **({"step": step} if step else {})}
    found["metadata"]["labels"] |= labels
    return found


def declare(step, slug="on-time"):
    return actions.declare(spec=at(step, slug), author="Ada", reason="as agreed", now=NOW)


@pytest.fixture
def placed(db):
    for number, step in enumerate(STEPS):
        declare(step, f"promise-{number}")


@pytest.mark.mission("S1.17")
def test_the_map_shows_promises_under_their_steps_by_number_then_by_name(placed, signed_in, vic):
    text = signed_in(vic).get("/desk/insight/").content.decode()
    steps = [*IN_ORDER, "No step"]
    across = [text.index(f'<th scope="col">{step}</th>') for step in steps]
    down = [text.index(f">At {step}</a>") for step in [*IN_ORDER, "none"]]
    assert across == sorted(across)
    assert down == sorted(down)
    for step in steps:
        assert text.count(f'<td data-label="{step}">') == 2  # all at this step, and its promise


def test_every_list_of_the_journey_has_its_order(placed):
    for ones in (journey(), queries.streams(), [cell.stream for cell in cells()]):
        assert [one.step for one in ones] == [*IN_ORDER, ""]
    blind = [one.step for one in queries.coverage(at=NOW)]
    assert [step for step in blind if step] == IN_ORDER


def test_numbers_come_before_names_and_what_stands_nowhere_is_told_apart():
    assert sorted(["b", "a", "10 x", "2 x"], key=lambda one: (place_of(one), one)) == [
        "2 x", "10 x", "a", "b",
    ]  # fmt: skip
    assert place_of("0 look") < place_of("look") < place_of("")  # what stands nowhere comes last


@pytest.mark.django_db
def test_a_step_said_later_moves_it_on_the_map_and_no_usual():
    declare("")
    assert Stream.objects.get().step == ""
    declare("1 buy")
    assert (Stream.objects.get().step, Stream.objects.get().touchpoint) == ("1 buy", "on-time")
    assert Baseline.objects.count() == 1


def test_a_step_is_a_short_text():
    assert read(at("1 buy")).step == "1 buy"
    with pytest.raises(DocumentError, match=r"metadata\.labels\.step: is longer than 100"):
        read(at("x" * 101))


@pytest.mark.django_db
def test_it_leaves_and_comes_back_with_the_files_and_with_openslo():
    declare("1 buy")
    ((_, written),) = exporting.documents()
    assert written["metadata"]["labels"]["step"] == "1 buy"
    (again,) = openslo.read([openslo_out.write(read(written))]).promises
    assert read(again).step == "1 buy"


@pytest.mark.django_db
def test_the_form_and_the_api_know_it(signed_in, ben, client, token):
    declare("1 buy")
    page, desk = "/desk/promises/on-time/edit/", signed_in(ben)
    form = desk.get(page).context["form"]
    assert form.initial["step"] == "1 buy"
    filled = {name: value for name, value in form.initial.items() if value}
    filled |= {"reason": "as agreed", "visibility": "public", "number": "1", "step": "2 pay"}
    desk.post(page, filled)
    assert Stream.objects.get().step == "2 pay"
    found = client.get(
        "/api/v1/promises/on-time/standing", headers={"Authorization": f"Bearer {token('read')}"}
    ).json()
    assert found["step"] == "2 pay"
