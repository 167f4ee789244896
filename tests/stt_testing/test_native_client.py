import math

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection

from stt_testing.native_client import command, receive, replies, speak
from stt_testing.scripted_server import scripted_server


async def test_audio_is_sent_in_frames_and_commands_as_json() -> None:
    heard: list[str | bytes] = []

    async def script(socket: ServerConnection) -> None:
        async for message in socket:
            heard.append(message)

    async with scripted_server(script) as port, connect(f"ws://127.0.0.1:{port}") as socket:
        await speak(socket, bytes(2000), frame_s=0.05, pace=math.inf)
        await command(socket, "finalize", id=1)
    assert heard == [bytes(1600), bytes(400), '{"type": "finalize", "id": 1}']


async def test_a_message_of_a_kind_is_awaited_and_the_rest_is_kept() -> None:
    async def script(socket: ServerConnection) -> None:
        for kind in ("ready", "configured", "finalized"):
            await socket.send(f'{{"type": "{kind}"}}')

    async with scripted_server(script) as port, connect(f"ws://127.0.0.1:{port}") as socket:
        assert await receive(socket, "configured") == {"type": "configured"}
        assert await replies(socket) == [{"type": "finalized"}]


async def test_a_server_that_closes_without_a_message_of_the_kind_is_an_error() -> None:
    async def script(socket: ServerConnection) -> None:
        await socket.send('{"type": "ready"}')

    async with scripted_server(script) as port, connect(f"ws://127.0.0.1:{port}") as socket:
        with pytest.raises(ConnectionError, match="closed without finalized"):
            await receive(socket, "finalized")


async def test_what_was_said_before_a_close_on_an_error_is_returned() -> None:
    async def script(socket: ServerConnection) -> None:
        await socket.send('{"type": "error"}')
        await socket.close(1011)

    async with scripted_server(script) as port, connect(f"ws://127.0.0.1:{port}") as socket:
        assert await replies(socket) == [{"type": "error"}]
