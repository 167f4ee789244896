"""A client that knows no protocol: it sends bytes, and reads or does not."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from local_app import LocalApp

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
