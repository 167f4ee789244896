"""The network between a client and a server that repeats what it hears."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import pytest

from stt_testing.chaos_proxy import ChaosProxy

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def repeat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):  # which the proxy is there to break
        while heard := await reader.read(1024):
            writer.write(heard)
    writer.close()


@asynccontextmanager
async def echo_behind_a_proxy() -> AsyncIterator[ChaosProxy]:
    async with await asyncio.start_server(repeat, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with ChaosProxy(f"http://127.0.0.1:{port}").running() as proxy:
            yield proxy


async def connected(proxy: ChaosProxy) -> Stream:
    """Connect, and return once a byte has come back."""
    address = urlsplit(proxy.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(b"a")
    assert await reader.readexactly(1) == b"a"
    return reader, writer


async def test_a_whole_network_forwards_in_both_directions() -> None:
    async with echo_behind_a_proxy() as proxy:
        reader, writer = await connected(proxy)
        writer.write(b"hello")
        assert await reader.readexactly(5) == b"hello"
    assert proxy.connections == 1


async def test_a_reset_breaks_what_is_open_and_not_what_comes() -> None:
    async with echo_behind_a_proxy() as proxy:
        reader, _ = await connected(proxy)
        proxy.reset()
        with pytest.raises(ConnectionResetError):
            await reader.read(-1)
        _, writer = await connected(proxy)
        writer.close()


async def test_a_half_open_connection_says_nothing_until_it_is_reset() -> None:
    async with echo_behind_a_proxy() as proxy:
        reader, writer = await connected(proxy)
        proxy.half_open()
        writer.write(b"hello")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.05)
        proxy.reset()
        with pytest.raises(ConnectionResetError):
            await reader.read(-1)


async def test_a_network_that_refuses_resets_who_comes() -> None:
    async with echo_behind_a_proxy() as proxy:
        proxy.refusing = True
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await connected(proxy)
