"""The server and the microphone for users' own tests do as they say."""

from __future__ import annotations

import asyncio
import threading

import pytest
from custom_stt_client import (
    Client,
    ServerFull,
    ServerTimeout,
    SessionLimits,
    StreamEvent,
)
from custom_stt_client.testing import (
    FileMicrophone,
    Refusal,
    ScriptedServer,
    deaf,
    dropping,
    microphone,
    one_utterance,
)

SOUND = bytes(6400)  # 0.2 s


async def test_it_listens_and_keeps_what_it_hears() -> None:
    async with (
        ScriptedServer(one_utterance) as server,
        Client(server.url, api_key="k").stream() as session,
    ):
        await session.send_from(microphone(SOUND, pace=1000.0))
    [call] = server.calls
    assert (bytes(call.audio), call.headers["Authorization"]) == (SOUND, "Bearer k")
    assert [message["type"] for message in call.messages] == ["configure", "end_of_stream"]


async def test_it_refuses_by_an_http_status_and_takes_the_next_connection() -> None:
    async with ScriptedServer(Refusal(503, retry_after_s=7), one_utterance) as server:
        with pytest.raises(ServerFull) as raised:
            await Client(server.url).stream().start()
        async with Client(server.url).stream() as session:
            await session.send(SOUND)
    assert raised.value.retry_after_s == 7.0
    assert len(server.calls) == 1


async def test_it_breaks_a_connection_after_so_much_audio() -> None:
    async with (
        ScriptedServer(dropping(after_bytes=3200), one_utterance) as server,
        Client(server.url).stream() as session,
    ):
        await session.send(SOUND)
        await session.finish()
        told = [event async for event in session]
    assert any(isinstance(event, StreamEvent.Reconnected) for event in told)
    assert server.calls[1].audio == SOUND


async def test_it_can_say_nothing_at_all() -> None:
    async with ScriptedServer(deaf) as server:
        with pytest.raises(ServerTimeout):
            await Client(server.url).stream(limits=SessionLimits(timeout_s=0.05)).start()


async def test_the_microphone_gives_a_recording_in_pieces_at_its_pace() -> None:
    now = asyncio.get_running_loop().time
    began_at = now()
    pieces = [piece async for piece in microphone(SOUND, pace=2.0)]
    assert now() - began_at >= 0.1
    assert (b"".join(pieces), {len(piece) for piece in pieces}) == (SOUND, {640})


def test_the_device_plays_a_recording_then_silence_from_the_beginning_each_time() -> None:
    device, played = FileMicrophone(b"\1" * 700, pace=100.0), bytearray()
    for _ in range(2):
        enough = threading.Event()

        def hear(pcm: bytes, enough: threading.Event = enough) -> None:
            played.extend(pcm)
            if len(pcm) and played.endswith(bytes(640)):
                enough.set()

        assert device.start(hear, enough.set) == 16_000
        assert enough.wait(5)
        device.stop()
        device.stop()
        assert bytes(played).rstrip(b"\0") == b"\1" * 700
        played.clear()


def test_the_device_can_be_unplugged() -> None:
    device, ended = FileMicrophone(b""), threading.Event()
    device.start(lambda pcm: None, ended.set)
    device.unplug()
    assert ended.is_set()
