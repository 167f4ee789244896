"""The plugin inside LiveKit's own adapters, on the real server."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from livekit.agents import inference, stt
from livekit.agents.stt import SpeechEventType as Type
from livekit.plugins.custom_stt import STT

from stt_api.session.audio import to_pcm
from stt_api.word_errors import words
from stt_testing.chaos_proxy import ChaosProxy
from stt_testing.listening import ENGLISH, frames, push
from stt_testing.local_server import RunningServer
from stt_testing.recordings import recordings

[FIRST] = recordings("short02")
[SECOND] = recordings("short13")
PAUSE = bytes(32_000)
SAID = FIRST.pcm() + PAUSE
NOBODY = "http://127.0.0.1:1"


async def finals(stream: Any) -> list[stt.SpeechData]:
    """Those that are not empty."""
    said = [event.alternatives[0] async for event in stream if event.type is Type.FINAL_TRANSCRIPT]
    return [data for data in said if data.text]


async def texts(stream: Any) -> list[str]:
    return [data.text for data in await finals(stream)]


async def test_an_agent_falls_back_on_it(server: RunningServer) -> None:
    async with (
        STT(api_url=NOBODY) as dead,
        STT(api_url=server.url, options=ENGLISH) as plugin,
        stt.FallbackAdapter([dead, plugin], attempt_timeout=1.0, max_retry_per_stt=0) as adapter,
        adapter.stream() as stream,
    ):
        pushing = asyncio.create_task(push(stream, frames(SAID), pace=2.0))
        pushing.add_done_callback(lambda _: stream.end_input())
        assert words(" ".join(await texts(stream))) == words(FIRST.text)


async def test_an_agent_falls_back_from_it_and_returns_when_it_has_recovered(
    server: RunningServer,
) -> None:
    async with (
        ChaosProxy(server.url).running() as proxy,
        STT(api_url=proxy.url, options=ENGLISH) as plugin,
        STT(api_url=server.url, options=ENGLISH) as other,
        stt.FallbackAdapter([plugin, other], attempt_timeout=1.0, max_retry_per_stt=0) as adapter,
    ):
        changes: asyncio.Queue[stt.AvailabilityChangedEvent] = asyncio.Queue()
        adapter.on("stt_availability_changed", changes.put_nowait)
        proxy.refusing = True
        async with adapter.stream() as stream:
            talking = asyncio.create_task(_talk_on(stream))
            lost = await changes.get()
            proxy.refusing = False
            recovered = await changes.get()
            talking.cancel()
            stream.end_input()
            heard = await texts(stream)
        connections = proxy.connections
        async with adapter.stream() as stream:
            await push(stream, frames(SAID), pace=2.0)
            stream.end_input()
            again = await texts(stream)
    assert (lost.stt, lost.available) == (plugin, False)
    assert (recovered.stt, recovered.available) == (plugin, True)
    assert words(FIRST.text) == words(heard[0]) == words(again[0])
    assert proxy.connections == connections + 1


async def _talk_on(stream: stt.RecognizeStream) -> None:
    while True:
        await push(stream, frames(SAID), pace=2.0)


async def test_it_serves_a_stream_adapter(server: RunningServer) -> None:
    vad = inference.VAD(model="silero")
    async with (
        STT(api_url=server.url, options=ENGLISH) as plugin,
        stt.StreamAdapter(stt=plugin, vad=vad).stream() as stream,
    ):
        await push(stream, frames(SAID), pace=4.0)
        stream.end_input()
        assert words(" ".join(await texts(stream))) == words(FIRST.text)


class TwoSpeakers(STT):
    """Who said FIRST is told from who said SECOND, as a server that can tell would."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._capabilities.diarization = True

    def stream(self, **settings: Any) -> Any:
        return Labelled(super().stream(**settings))


class Labelled:
    def __init__(self, stream: stt.RecognizeStream) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    async def __aiter__(self) -> AsyncIterator[stt.SpeechEvent]:
        async for event in self._stream:
            for data in event.alternatives:
                data.speaker_id = "second" if words(data.text) == words(SECOND.text) else "first"
            yield event


@pytest.mark.parametrize("loud", [0, 1])
async def test_its_times_tell_a_multi_speaker_adapter_who_is_the_loudest(
    server: RunningServer, loud: int
) -> None:
    """Also after a lost connection: the adapter looks the loudness up by them."""
    volumes = [0.1, 0.1]
    volumes[loud] = 1.0
    parts = [to_pcm(voice.samples() * v) for voice, v in zip((FIRST, SECOND), volumes, strict=True)]
    async with (
        ChaosProxy(server.url).running() as proxy,
        TwoSpeakers(api_url=proxy.url, options=ENGLISH) as plugin,
        stt.MultiSpeakerAdapter(stt=plugin).stream() as stream,
    ):
        for part in (*parts, *parts):
            await push(stream, frames(part + PAUSE), pace=4.0)
            proxy.reset()
        stream.end_input()
        said = await finals(stream)
    assert [data.speaker_id for data in said] == ["first", "second"] * 2
    assert [data.is_primary_speaker for data in said[2:]] == [loud == 0, loud == 1]
