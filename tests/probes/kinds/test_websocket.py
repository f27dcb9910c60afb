"""A WebSocket server by aiohttp, and peers that speak something else."""

import json

import pytest
from aiohttp import web


async def echo(request):
    socket = web.WebSocketResponse(protocols=("chat",))
    await socket.prepare(request)
    token = request.headers.get("Authorization", "")
    async for message in socket:
        await socket.send_str(json.dumps({"heard": message.data, "token": token}))
    return socket


async def silent(request):
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for _ in socket:
        pass
    return socket


async def away(request):
    raise web.HTTPFound("http://169.254.169.254/latest")


@pytest.fixture
def live(background):
    """Return the port of a server with a few WebSockets."""

    async def start():
        app = web.Application()
        app.add_routes([web.get("/echo", echo), web.get("/silent", silent), web.get("/away", away)])
        runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return runner, site._server.sockets[0].getsockname()[1]

    runner, port = background.do(start())
    yield port
    background.do(runner.cleanup())


@pytest.mark.mission("S2.5")
def test_the_handshake_counts(check, live):
    found = check("websocket", {"url": f"ws://127.0.0.1:{live}/echo"})
    assert (found.outcome, found.reason) == ("up", "")
    assert {"connect", "first_byte"} <= set(found.phases)


def test_the_answer_to_a_message_is_judged(check, live):
    settings = {"url": f"ws://localhost:{live}/echo", "send": "ping", "token": "s3cret"}
    good = 'json.heard == "ping" and json.token == "Bearer s3cret" and message contains "ping"'
    assert check("websocket", settings, condition=good).outcome == "up"
    assert check("websocket", settings, condition='json.heard == "x"').outcome == "down"
    chat = {**settings, "protocol": "chat"}
    assert check("websocket", chat, condition='protocol == "chat"').outcome == "up"


def test_a_message_that_never_comes_ends_at_the_timeout(check, live):
    settings = {"url": f"ws://127.0.0.1:{live}/silent", "send": "ping"}
    assert check("websocket", settings, timeout=300).reason == "no answer within 0.3 s"


def test_what_is_no_websocket_is_told(check, live, web, hanging, babbling):
    missing = check("websocket", {"url": f"ws://127.0.0.1:{live}/nothing"})
    assert missing.reason == "it answers with status 404, not 101"
    garbage = check("websocket", {"url": f"ws://127.0.0.1:{babbling}/"})
    assert garbage.reason == "the answer is no valid WebSocket"
    hung = check("websocket", {"url": f"ws://127.0.0.1:{hanging}/"}, timeout=300)
    assert hung.reason == "no answer within 0.3 s"


def test_the_guard_holds_also_after_a_redirect(check, live):
    refused = check("websocket", {"url": f"ws://127.0.0.1:{live}/echo"}, private=False)
    assert "private network" in refused.reason
    assert "never reached" in check("websocket", {"url": f"ws://127.0.0.1:{live}/away"}).reason


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"url": "https://shop.example/"}, "write the whole address"),
        ({"url": "ws://a:b@shop.example/"}, "its own field"),
        ({"url": "ws://shop.example/", "token": "a\r\nB: c"}, "plain printable text"),
    ],
)
def test_settings_that_make_no_sense_are_refused(check, settings, reason):
    with pytest.raises(ValueError, match=reason):
        check("websocket", settings)
