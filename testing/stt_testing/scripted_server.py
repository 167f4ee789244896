"""A WebSocket server that says what a test has written down."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from websockets.asyncio.server import ServerConnection, serve


@asynccontextmanager
async def scripted_server(
    script: Callable[[ServerConnection], Awaitable[None]],
) -> AsyncIterator[int]:
    """Run ``script`` for each connection, which closes when it returns; give the port."""
    async with serve(script, "127.0.0.1", 0) as server:
        [listening] = server.sockets
        yield listening.getsockname()[1]
