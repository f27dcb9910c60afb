"""Receivers of webhooks: one that says yes at once, one that takes a request and is silent."""

import asyncio


async def healthy(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            size = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            await reader.readexactly(size)
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def silent(_reader, _writer):
    await asyncio.sleep(3600)


async def main():
    servers = [
        await asyncio.start_server(one, "127.0.0.1", 0, backlog=2000) for one in (healthy, silent)
    ]
    print(*(one.sockets[0].getsockname()[1] for one in servers), flush=True)
    await asyncio.gather(*(one.serve_forever() for one in servers))


asyncio.run(main())
