"""A server that breaks every rule of TCP, HTTP and WebSocket it is asked to break."""

import asyncio
import base64
import hashlib
import json
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from stt_testing.chaos_proxy import abort

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # of RFC 6455
TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9


class Caller:
    """One connection of a client."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.key = b""

    async def hear_request(self) -> None:
        request = await self.reader.readuntil(b"\r\n\r\n")
        fields = dict(line.split(b": ", 1) for line in request.split(b"\r\n")[1:-2])
        self.key = fields[b"Sec-WebSocket-Key"]

    async def upgrade(self) -> None:
        await self.hear_request()
        accept = base64.b64encode(hashlib.sha1(self.key + GUID).digest()).decode()
        await self.say_head(101, upgrade="websocket", connection="upgrade", accept=accept)

    async def say_head(self, status: int, accept: str = "", **fields: str) -> None:
        lines = [f"HTTP/1.1 {status} -", f"Sec-WebSocket-Accept: {accept}"]
        lines += [f"{name}: {value}" for name, value in fields.items()]
        await self.say("\r\n".join([*lines, "", ""]).encode())

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def hang(self) -> None:
        """Read nothing, say nothing."""
        await asyncio.Event().wait()

    async def listen(self) -> None:
        """Read until the client hangs up."""
        while await self.reader.read(65_536):
            pass

    def reset(self) -> None:
        abort(self.writer)


def frame(kind: int, payload: bytes, *, first: int = 0x80, masked: int = 0) -> bytes:
    """A frame of less than 64 KiB; ``first`` are the FIN and reserved bits."""
    return struct.pack("!BBH", first | kind, masked | 126, len(payload)) + payload


def text(message: Any) -> bytes:
    return frame(TEXT, json.dumps(message).encode())


Rudeness = Callable[[Caller], Awaitable[None]]


@asynccontextmanager
async def rude_server(rudeness: Rudeness) -> AsyncIterator[str]:
    """Gives its address."""
    serving: set[asyncio.Task[None]] = set()

    async def serve(caller: Caller) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await rudeness(caller)
        caller.writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.create_task(serve(Caller(reader, writer))))

    listener = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    finally:
        listener.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
