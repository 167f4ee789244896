"""A TCP proxy on loopback that breaks connections on request."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class TcpProxy:
    """Forwards to one server. ``reset()`` breaks every open connection as a crash would."""

    def __init__(self, target_url: str) -> None:
        target = urlsplit(target_url)
        self._target = (target.hostname, target.port)
        self._links: set[asyncio.StreamWriter] = set()
        self.url = ""
        self.connections = 0  # accepted so far
        self.received = 0  # bytes from clients

    def reset(self) -> None:
        for writer in self._links:
            linger = struct.pack("ii", 1, 0)  # a close that sends RST
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()

    async def _link(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        server_reader, server_writer = await asyncio.open_connection(*self._target)
        ends = {writer, server_writer}
        self._links |= ends
        try:
            await asyncio.gather(
                self._forward(reader, server_writer, up=True),
                self._forward(server_reader, writer, up=False),
            )
        except OSError:
            pass  # one end is gone, so is the other
        finally:
            self._links -= ends
            for end in ends:
                end.close()

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, up: bool
    ) -> None:
        while data := await reader.read(65536):
            self.received += len(data) if up else 0
            writer.write(data)
            await writer.drain()
        writer.close()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["TcpProxy"]:
        listener = await asyncio.start_server(self._link, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            self.reset()
            listener.close()
