"""Two contracts on the same events: each partner sees its own verdict and why, nobody else does."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from troth.components import actions as components
from troth.components import jobs as accounts
from troth.components import queries
from troth.components.rules.documents import AudienceTerms, ComponentTerms, PageTerms
from troth.components.rules.results import Status
from troth.config import cli
from troth.core import clock
from troth.core.problems import DocumentError
from troth.core.windows import Span
from troth.incidents import actions as incidents
from troth.incidents.actions import Message, Opening
from troth.metrics import jobs as metrics
from troth.page import actions, contracts
from troth.page import queries as pages
from troth.page.clauses import read
from troth.promises import actions as promises
from troth.promises import queries as judged
from troth.promises.rules import document
from troth.signals import actions as signals

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("place")]
BEGAN = datetime(2026, 11, 1, tzinfo=UTC)  # a Sunday
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)  # a Saturday
SECRETS = ("Acme", "acme", "Bolt", "bolt", "Two partners were told apart")
TIME = "touchpoint = 'shop' and outcome <> 'none'"
OFFICE = f"{TIME} and hour(happened_at) between 9 and 16 and weekday(happened_at) between 1 and 5"
MINUTE = 60_000  # milliseconds


def promise(slug, **spec):
    whole = {"text": f"What {slug} was told.", "evaluator": "event", "windows": ["1M"],
             "signals": {"kind": "component.time", "where": TIME}, "good": "outcome = 'up'",
             "needs": {"cases": 1, "coverage": 0}, **spec}  # fmt: skip
    meta = {"name": slug, "displayName": f"The contract of {slug.title()}"}
    return {"apiVersion": "troth/v1", "kind": "Promise", "metadata": meta, "spec": whole}


EVERYONE = promise("shop-is-there", target="99.8%", text="The shop is there.")
ACME = promise(
    "acme", target="99.9%", visibility="audience", audience="acme",
    signals={"kind": "component.time", "where": f"{TIME} and segment.planned is null"},
)  # fmt: skip
BOLT = promise(
    "bolt", target="99.5%", visibility="audience", audience="bolt",
    signals={"kind": "component.time", "where": OFFICE},
    good="outcome = 'up' and segment.planned is null",
)  # fmt: skip


def at(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def settle(now):
    while accounts.account(now=now):
        pass
    while signals.seal(now=now).rows:
        pass
    while metrics.tally(now=now):
        pass
    promises.judge_all(now=now, everything=True)


@pytest.fixture
def world():
    """One component: 30 minutes down in the night, 30 minutes of announced work at noon."""
    with clock.frozen(BEGAN):
        for name in ("acme", "bolt"):
            terms = AudienceTerms(slug=name, name=name.title())
            components.declare_audience(terms=terms, by="Ada", now=BEGAN)
            page = PageTerms(slug=name, name=f"For {name.title()}", audiences=(name,),
                             privacy="login")  # fmt: skip
            components.declare_page(terms=page, by="Ada", now=BEGAN)
        shop = ComponentTerms(slug="shop", name="Shop", promise="shop-is-there")
        uid = components.declare_component(terms=shop, by="Ada", now=BEGAN).uid
        for spec in (EVERYONE, ACME, BOLT):
            promises.declare(spec=spec, author="Ada", now=BEGAN)
    opening = Opening(name="The shop was down", message=Message(
        body="It is down.", impacts={uid: Status.MAJOR}, problem="Orders fail.",
        affects="Everyone.", workaround="Call us."))  # fmt: skip
    with clock.frozen(at(3, 2)):
        row = incidents.open_(opening=opening, by="Ada", now=at(3, 2), publish=True)
    with clock.frozen(at(3, 2, 30)):
        over = Message(body="Over.", recovery="Everything works.", data_loss="No data was lost.")
        incidents.resolve(uid=row.uid, message=over, by="Ada", now=at(3, 2, 30))
    components.affect(
        components={uid: Status.MAINTENANCE}, ref="m1", at=at(11, 12), until=at(11, 12, 30),
        now=at(5, 12), cause="maintenance", announced=True,
    )  # fmt: skip
    with clock.frozen(NOW):
        settle(NOW)
        yield


def standing(slug):
    (found,) = judged.standing(slugs=[slug])
    return found


@pytest.mark.mission("S3.15")
def test_two_contracts_on_the_same_events_have_two_verdicts_and_both_can_be_recounted(world):
    hours = 20 * 24 + 12  # since the month began, round the clock
    office = 15 * 8  # 2 to 6, 9 to 13 and 16 to 20 November, eight hours a day
    acme, bolt, everyone = standing("acme"), standing("bolt"), standing("shop-is-there")
    assert (acme.total, acme.bad) == ((hours * 60 - 30) * MINUTE, 30 * MINUTE)
    assert acme.bad > (acme.total * (1 - acme.target))  # 29.49 minutes
    assert (bolt.total, bolt.bad) == (office * 60 * MINUTE, 30 * MINUTE)
    assert bolt.bad < bolt.total * (1 - bolt.target)  # 36 minutes
    assert (everyone.total, everyone.bad) == (hours * 60 * MINUTE, 30 * MINUTE)
    assert (acme.verdict, bolt.verdict, everyone.verdict) == ("broken", "kept", "kept")
    assert queries.downtime("shop", Span(BEGAN, NOW)).down == 30 * 60


def files(folder):
    root = (folder / "current").resolve()
    return {
        str(path.relative_to(root)): path.read_text(encoding="utf-8", errors="replace")
        for path in root.rglob("*")
        if path.is_file() and path.suffix not in (".br", ".gz", ".zst")
    }


@pytest.mark.mission("S3.15")
def test_each_partner_reads_its_own_verdict_and_why_beside_the_same_events(world):
    actions.publish(now=NOW)
    for name, other in (("acme", "bolt"), ("bolt", "acme")):
        own = files(actions.private_folder() / name)
        page, leaf = own["index.html"], own[f"promises/{name}/index.html"]
        assert f"What {name} was told." in page
        assert "The shop was down" in own["history/index.html"]
        assert "Shop" in page
        assert "Your contract" in page
        assert f"promises/{other}/index.html" not in own
        assert not [n for n, body in own.items() if other in body.lower()], "the other's contract"
        why = "was down for 30\u202fmin as everyone"
        assert why in page
        assert why in leaf
        assert "for 30\u202fmin in maintenance announced in time" in page
    acme = files(actions.private_folder() / "acme")["promises/acme/index.html"]
    bolt = files(actions.private_folder() / "bolt")["promises/bolt/index.html"]
    assert "counts 30\u202fmin as down and allows 29\u202fmin 29\u202fs" in acme
    assert "The promise to everyone has another verdict (kept)" in acme
    assert "It leaves announced maintenance out." in acme
    assert "is left out: neither up nor down" in acme
    assert "99.9\u202f% of the time that counts" in acme
    assert "counts 30\u202fmin as down and allows 36\u202fmin" in bolt
    assert "The promise to everyone has the same verdict." in bolt
    assert "from 9:00 to 17:00 counts, Monday to Friday, as clocks show it in UTC" in bolt
    assert "Maintenance counts as down, also where it was announced in time." in bolt
    assert "What lay outside its hours does not count." in bolt


@pytest.mark.mission("S3.15")
def test_a_stranger_finds_no_contract_anywhere(world, place, client):
    actions.publish(now=NOW)
    public = files(place)
    public.pop("files.json")
    assert not [(n, w) for n, body in public.items() for w in SECRETS if w in body]
    told = json.loads(public[".well-known/trust.json"])
    assert [one["slug"] for one in told["promises"]] == ["shop-is-there"]
    assert told["withdrawn"] == []
    assert [one.slug for one in pages.picture_as_of(NOW).promises] == ["shop-is-there"]  # the PDF
    for path in ("/api/v1/promises", "/api/v1/promises/acme", "/desk/promises/?search=acme"):
        assert client.get(path).status_code in (302, 401, 403)
    assert client.get("/private/acme/promises/acme/").status_code == 404


def test_a_public_page_of_the_audience_shows_no_contract(world, place):
    terms = PageTerms(slug="open", name="Open", audiences=("acme",), privacy="public")
    components.declare_page(terms=terms, by="Ada", now=NOW)
    actions.publish(now=NOW)
    own = {n: body for n, body in files(place).items() if n.startswith("p/open/")}
    assert own
    assert not [n for n, body in own.items() if "What acme was told" in body]


def test_a_contract_names_its_audience():
    spec = promise("acme", target="99%", visibility="audience")
    with pytest.raises(DocumentError, match="audience"):
        document.read(spec)


def test_planned_time_withdrawn_later_is_told_again(world):
    components.withdraw(ref="m1", now=NOW + timedelta(minutes=1))
    later = NOW + timedelta(minutes=2)
    with clock.frozen(later):
        settle(later)
        assert standing("bolt").bad == 0
        assert standing("acme").bad == 30 * MINUTE


def test_the_example_declares_two_contracts_that_can_be_said_in_words():
    folder = Path(__file__).parents[2] / "examples" / "contracts"
    done = CliRunner().invoke(cli.troth, ["apply", "-f", str(folder), "--yes"])
    assert done.exit_code == 0, done.output
    found = contracts.declared(now=clock.now())
    assert [one.audience for one in found] == ["acme", "bolt"]
    assert [read(document.read(one.document).counting).planned for one in found] == [
        "left out", "down",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("touchpoint = 'a' and hour(happened_at) >= 9 and hour(happened_at) < 17", (9, 17)),
        ("touchpoint = 'a' and hour(happened_at) = 9", (9, 10)),
        ("touchpoint = 'a'", (0, 24)),
        ("touchpoint = 'a' and hour(happened_at) > 7.5", None),
        ("touchpoint = 'a' or outcome = 'up'", None),
        ("touchpoint = 'a' and touchpoint = 'b'", None),
        ("touchpoint = 'a' and segment.country is null", None),
        ("outcome <> 'none'", None),
    ],
)
def test_only_conditions_that_are_understood_whole_are_said_as_hours(where, said):
    spec = promise("x", target="99%", signals={"kind": "component.time", "where": where})
    found = read(document.read(spec).counting)
    assert (found and found.hours) == said


@pytest.mark.mission("S3.14")
def test_a_partner_is_told_of_its_own_contract_by_its_own_figures(world):
    from tests.notify.outbox import reader, spread
    from troth.notify.contents import story_of
    from troth.notify.models import Delivery
    from troth.promises import jobs
    from troth.promises.models import Flip

    for name in ("acme", "bolt"):
        reader(f"{name}@example.org", audience=name, page=name, consents=("promises",))
    reader("public@example.org", consents=("promises",))
    Flip.objects.filter(now="broken").update(was="kept", at=NOW)  # it was kept before, and told so
    jobs.tell(now=NOW)
    spread()
    rows = Delivery.objects.filter(telling__event__startswith="promise.")
    [message] = rows.select_related("reader", "telling")
    story = story_of(message.telling.content)
    assert message.reader.shown.startswith("a")
    assert story.title == "We broke our promise “The contract of Acme”."
    said = story.what.replace("\u202f", " ")
    assert said == "99.898 % was kept, 99.9 % is promised."
    assert story.link.endswith("/private/acme/promises/acme/")
    assert not [word for word in ("Bolt", "bolt") if word in str(message.telling.content)]


@pytest.mark.mission("S3.14")
def test_who_follows_some_parts_hears_of_the_contract_about_them(world):
    from tests.notify.outbox import reader, spread
    from troth.notify.models import Delivery
    from troth.promises import jobs
    from troth.promises.models import Flip

    other = components.declare_component(
        terms=ComponentTerms(slug="portal", name="Portal"), by="Ada", now=NOW
    )
    chosen = {
        "shop": f"component:{queries.uid_of('shop')}", "portal": f"component:{other.uid}",
        "own": "promise:acme", "another": "promise:shop-is-there",
    }  # fmt: skip
    for name, key in chosen.items():
        row = reader(f"{name}@example.org", audience="acme", page="acme", has_parts=True,
                     consents=("promises",))  # fmt: skip
        row.parts.create(key=key)
    Flip.objects.filter(now="broken").update(was="kept", at=NOW)
    jobs.tell(now=NOW)
    spread()
    rows = Delivery.objects.filter(telling__event="promise.broken")
    told = {row.subscription.parts.get().key for row in rows}
    assert told == {chosen["shop"], chosen["own"]}
    assert not [part for row in rows for part in row.telling.content.get("parts", ())
                if part["key"] == chosen["shop"] and part["name"]]  # fmt: skip


def test_a_contract_about_no_component_is_told_whatever_parts_were_chosen(world):
    from tests.notify.outbox import reader, spread
    from troth.notify.models import Delivery
    from troth.promises import jobs

    spec = promise("answers", target="90%", visibility="audience", audience="acme",
                   signals={"kind": "ticket", "where": "outcome <> 'none'"})  # fmt: skip
    later = NOW + timedelta(minutes=5)
    promises.declare(spec=spec, author="Ada", now=NOW)
    spec["spec"]["target"] = "95%"
    promises.declare(spec=spec, author="Ada", now=later)
    for audience in ("acme", "bolt"):
        row = reader(f"{audience}@example.org", audience=audience, page=audience,
                     has_parts=True, consents=("promises",))  # fmt: skip
        row.parts.create(key="component:another")
    jobs.tell(now=later)
    spread()
    rows = Delivery.objects.filter(telling__event="promise.changed")
    assert [row.subscription.audience for row in rows] == ["acme"]


def test_the_form_of_a_page_offers_its_contracts_and_no_other_s(world):
    from troth.notify import topics

    def names(page):
        return [one.name for one in topics.of(page, "en") if one.key.startswith("promise:")]

    assert names("acme") == ["The contract of Acme", "The contract of Shop-Is-There"]
    assert names("bolt") == ["The contract of Bolt", "The contract of Shop-Is-There"]
    assert names("") == ["The contract of Shop-Is-There"]
