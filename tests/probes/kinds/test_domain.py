"""A small registry that speaks RDAP, and one that does not."""

import json
from datetime import timedelta

import pytest

from troth.core import clock


def answered(body, status="200 OK"):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(raw)}\r\n\r\n".encode() + raw


def registered(days=90, **more):
    ends = clock.now() + timedelta(days=days)
    return {
        "objectClassName": "domain",
        "ldhName": "shop.example",
        "status": ["client transfer prohibited", "active"],
        "events": [
            {"eventAction": "registration", "eventDate": "2001-02-03T04:05:06Z"},
            {"eventAction": "expiration", "eventDate": ends.strftime("%Y-%m-%dT%H:%M:%SZ")},
        ],
        "nameservers": [{"ldhName": "NS1.SHOP.EXAMPLE."}],
        "entities": [
            {
                "roles": ["registrar"],
                "vcardArray": [
                    "vcard",
                    [["version", {}, "text", "4.0"], ["fn", {}, "text", "Reg"]],
                ],
            }
        ],
        **more,
    }


@pytest.fixture
def registry(listening):
    """Return a function that serves answers by path, and the paths that were asked."""

    def serving(answers):
        asked = []

        async def answer(reader, writer):
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split()[1].decode()
            asked.append(path)
            found = answers.get(path, answered(b"{}", "404 Not Found"))
            writer.write(found(asked) if callable(found) else found)
            await writer.drain()

        return f"http://127.0.0.1:{listening(answer)}", asked

    return serving


@pytest.mark.mission("S2.5")
@pytest.mark.parametrize(("days", "outcome"), [(90, "up"), (29, "down"), (-3, "down")])
def test_the_end_of_a_registration_is_judged(check, registry, days, outcome):
    server, _ = registry({"/domain/shop.example": answered(registered(days))})
    found = check("domain", {"domain": "shop.example", "server": server})
    assert found.outcome == outcome
    assert ("domain.days_left is" in found.reason) == (outcome == "down")


def test_what_else_the_registry_tells(check, registry):
    server, _ = registry({"/rdap/domain/shop.example": answered(registered())})
    told = (
        '"client transfer prohibited" in domain.status and domain.registrar == "Reg" '
        'and "ns1.shop.example" in domain.nameservers and server == "127.0.0.1"'
    )
    settings = {"domain": "Shop.Example.", "server": f"{server}/rdap/"}
    assert check("domain", settings, condition=told).outcome == "up"


def test_the_registry_is_found_in_the_list_which_is_fetched_once(check, registry):
    server, asked = registry({})
    listed, asked_list = registry(
        {
            "/dns.json": answered(
                {"services": [[["other"], ["http://127.0.0.1:1/"]], [["example"], [f"{server}/"]]]}
            )
        }
    )
    settings = {"domain": "münchen.example", "bootstrap": f"{listed}/dns.json"}
    for _ in range(2):
        assert check("domain", settings).reason == "the registry knows no such domain"
    assert asked == ["/domain/xn--mnchen-3ya.example"] * 2
    assert asked_list == ["/dns.json"]
    nowhere = check("domain", {**settings, "domain": "shop.nowhere"})
    assert nowhere.reason == "no registry for .nowhere tells by RDAP; name a server"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (answered(registered(events=[])), "does not tell when the domain ends"),
        (answered(b"\xff\xfe{"), "the answer is no RDAP"),
        (answered(b"[" * 100_000), "the answer is no RDAP"),
        (answered({"objectClassName": "nameserver"}), "no RDAP about a domain"),
        (
            answered(registered(events=[{"eventAction": "expiration", "eventDate": "soon"}])),
            "an instant that is none",
        ),
        (answered(b"", "429 Slow Down"), "ask less often"),
        (answered(b"", "500 Oh"), "answers with status 500"),
        (b"garbage\r\n\r\n", "no valid HTTP"),
    ],
)
def test_a_registry_that_misbehaves(check, registry, answer, reason):
    server, _ = registry({"/domain/shop.example": answer})
    found = check("domain", {"domain": "shop.example", "server": server})
    assert found.outcome == "down"
    assert reason in found.reason


def test_a_card_that_is_none_is_passed_over(check, registry):
    odd = registered(entities=[{"roles": ["registrar"], "vcardArray": ["vcard", [["fn"], 3]]}])
    server, _ = registry({"/domain/shop.example": answered(odd)})
    settings = {"domain": "shop.example", "server": server}
    assert check("domain", settings, condition='domain.registrar == ""').outcome == "up"


def test_hanging_forbidden_and_no_domain(check, hanging):
    server = f"http://127.0.0.1:{hanging}"
    hung = check("domain", {"domain": "shop.example", "server": server}, timeout=300)
    assert hung.reason == "no answer within 0.3 s"
    private = check("domain", {"domain": "shop.example", "server": server}, private=False)
    assert "private network" in private.reason
    for name in ("shop", "a/../b.example", "-.example", "x y.example"):
        with pytest.raises(ValueError, match="write a name such as"):
            check("domain", {"domain": name})
