"""A TCP proxy on loopback that does to connections what networks do."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

WHOLE = 65_536  # bytes; as much as there is, for this proxy


def abort(writer: asyncio.StreamWriter) -> None:
    """Close with RST, as a crash does."""
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


class Link:
    """One connection through the proxy, of two sockets."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.ends = (client, server)
        self.flows = {True: asyncio.Event(), False: asyncio.Event()}  # up, down
        for flow in self.flows.values():
            flow.set()

    def reset(self) -> None:
        for flow in self.flows.values():
            flow.set()  # who waits for it finds the sockets gone
        for end in self.ends:
            if not end.transport.is_closing():
                abort(end)


class ChaosProxy:
    """Forwards to one server, and breaks what is asked for.

    ``reset()``, ``half_open()`` and ``stop_reading()`` break every connection that is open, not
    those that come; ``refusing``, ``delay_s`` and ``piece`` (bytes) hold until they are changed.
    """

    def __init__(self, target_url: str) -> None:
        target = urlsplit(target_url)
        self._target = (target.hostname, target.port)
        self._links: set[Link] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self.url = ""
        self.connections = 0  # accepted so far
        self.refusing = False
        self.delay_s = 0.0
        self.piece = WHOLE

    @property
    def open(self) -> int:
        """Connections that reach the server now: what is done to all is done to these."""
        return len(self._links)

    def reset(self) -> None:
        """As if a machine had crashed and said so."""
        for link in self._links:
            link.reset()

    def half_open(self) -> None:
        """As if a cable were cut: no more bytes, in either direction, and no word of it."""
        for link in self._links:
            link.flows[True].clear()
            link.flows[False].clear()

    def stop_reading(self) -> None:
        """As if the server were stuck: what it is sent fills the buffers."""
        for link in self._links:
            link.flows[True].clear()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        serving = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):  # one end is gone, so is the other
            server_reader, server_writer = await asyncio.open_connection(*self._target)
            link = Link(writer, server_writer)
            if self.refusing:
                link.reset()
            self._links.add(link)
            try:
                await self._join(link, reader, server_reader)
            finally:
                self._links.discard(link)
                server_writer.close()
        writer.close()

    async def _join(
        self, link: Link, client: asyncio.StreamReader, server: asyncio.StreamReader
    ) -> None:
        """Until one direction ends or breaks, which ends the other as well."""
        up = asyncio.create_task(self._forward(link, client, up=True))
        down = asyncio.create_task(self._forward(link, server, up=False))
        done, pending = await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*done, *pending, return_exceptions=True)

    async def _forward(self, link: Link, reader: asyncio.StreamReader, *, up: bool) -> None:
        writer = link.ends[1 if up else 0]
        while data := await reader.read(self.piece):
            await link.flows[up].wait()
            await asyncio.sleep(self.delay_s)
            writer.write(data)
            await writer.drain()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["ChaosProxy"]:
        listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            listener.close()
            self.reset()
            await asyncio.gather(*self._serving)
