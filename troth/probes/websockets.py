"""A session of aiohttp for WebSockets, whose connections all go through the guard."""

import ssl
from typing import Any

import aiohttp

from troth.probes.connecting import Journey, connected
from troth.probes.kind import Limits


class _Connector(aiohttp.BaseConnector):
    """Opens each connection anew, to a checked address, and notes how long it took."""

    def __init__(self, tls: ssl.SSLContext, limits: Limits, journey: Journey) -> None:
        super().__init__(limit=0, force_close=True)
        self._tls, self._limits, self._journey = tls, limits, journey

    async def _create_connection(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Any],  # noqa: ARG002 - aiohttp's own
        timeout: aiohttp.ClientTimeout,  # noqa: ARG002, ASYNC109 - the engine has the time
    ) -> Any:  # noqa: ANN401 - aiohttp's protocol is not public
        host, port = req.url.raw_host or "", req.url.port or 0
        sock = await connected(host, port, limits=self._limits, journey=self._journey)
        tls = self._tls if req.is_ssl() else None
        try:
            _, protocol = await self._loop.create_connection(
                self._factory, sock=sock, ssl=tls, server_hostname=host if tls else None
            )
        except BaseException:
            sock.close()
            raise
        if tls:
            self._journey.reached("tls")
        return protocol


def session(*, tls: ssl.SSLContext, limits: Limits, journey: Journey) -> aiohttp.ClientSession:
    """Return a session for one check; redirects are checked, too, since each one connects."""
    return aiohttp.ClientSession(
        connector=_Connector(tls, limits, journey),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(),
    )
