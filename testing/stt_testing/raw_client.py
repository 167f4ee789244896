"""A client that knows no protocol: it sends bytes, and reads or does not."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from uvicorn.server import ServerState

from .local_app import LocalApp
from .waiting import until

UPGRADE = (
    "GET /ws/transcribe HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
ASK = "GET /health HTTP/1.1\r\nHost: a\r\n"
CLOSE = b"\x88\x82\0\0\0\0\x03\xe8"  # a frame of a client, code 1000
NO_TEXT = b"\x81\x81\0\0\0\0\xff"  # a text frame that is not UTF-8

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def small_socket(app: LocalApp) -> socket.socket:
    """Connect with little room to receive, so that the server soon has to wait."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
    raw.setblocking(False)
    address = urlsplit(app.url)
    await asyncio.get_running_loop().sock_connect(raw, (address.hostname, address.port))
    return raw


@asynccontextmanager
async def stream(app: LocalApp, sent: str = "") -> AsyncIterator[Stream]:
    """Connect without a library that knows how to behave."""
    reader, writer = await asyncio.open_connection(sock=await small_socket(app))
    try:
        writer.write(sent.encode())
        async with asyncio.timeout(20):
            yield reader, writer
    finally:
        writer.transport.abort()


async def answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, Any]]:
    """Read until the server closes; return the status, and the body that is JSON."""
    head, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


async def all_closed(app: LocalApp) -> None:
    await until(lambda: not app.server.server_state.connections)


async def leave_unread(app: LocalApp, writer: asyncio.StreamWriter) -> None:
    """Ask, and do not read, until an answer stays with the server, in part."""
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    state = app.server.server_state
    await until(lambda: state.connections)
    [served] = state.connections
    while not served.transport.get_write_buffer_size():
        await _ask(state, writer)


async def _ask(state: ServerState, writer: asyncio.StreamWriter) -> None:
    """Send one request, and return when it is answered."""
    answered = state.total_requests
    writer.write(f"GET /{'a' * 30_000} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    await until(lambda: state.total_requests > answered)
