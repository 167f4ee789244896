"""A real AgentSession with the real plugin and the real server: no room, no key.

The scenarios are the ways in which an STT plugin can leave an agent deaf, late or mute.
"""

import time

import pytest
from livekit.agents import inference

from stt_testing.chaos_proxy import ChaosProxy
from stt_testing.conversation import SENTENCE, conversation
from stt_testing.local_server import RunningServer, running_server
from stt_testing.native_client import connection
from stt_testing.waiting import until


async def test_a_spoken_sentence_becomes_a_turn_that_is_answered(server: RunningServer) -> None:
    async with conversation(server.url) as talk:
        await talk.hear()
    assert talk.transcripts(final=True)[0] == SENTENCE
    assert talk.transcripts(final=False)
    assert [item.text_content for item in talk.all("user")] == [SENTENCE]
    assert sum(event.audio_duration for event in talk.all("metrics")) > 1.0


async def test_the_turn_knows_when_speech_really_ended(server: RunningServer) -> None:
    async with conversation(server.url) as talk:
        await talk.hear()
    [turn] = talk.all("user")
    assert 0.3 < turn.metrics["transcription_delay"] < 2.0  # endpointing, then the final


async def test_every_start_of_speech_has_its_end(server: RunningServer) -> None:
    async with conversation(server.url) as talk:
        await talk.hear()
    states = [event.new_state for event in talk.all("user_state_changed")]
    assert states == ["speaking", "listening"]


async def test_the_user_is_seen_speaking_before_the_first_transcript(
    server: RunningServer,
) -> None:
    async with conversation(server.url) as talk:
        await talk.hear()
    names = [name for name, _ in talk.events]
    assert names.index("user_state_changed") < names.index("user_input_transcribed")


async def test_without_turn_detection_a_final_alone_commits(server: RunningServer) -> None:
    async with conversation(server.url, turn_detection=None) as talk:
        await talk.hear()
    assert [item.text_content for item in talk.all("user")] == [SENTENCE]


async def test_a_full_server_is_tried_again() -> None:
    with running_server(STT_MAX_SESSIONS="1") as small:
        async with connection(small.url) as other, conversation(small.url) as talk:
            await until(lambda: talk.all("error"))
            await other.close()
            await talk.hear()
        assert talk.all("error")[0].error.recoverable
        assert [item.text_content for item in talk.all("user")] == [SENTENCE]


async def test_a_broken_socket_does_not_leave_the_agent_deaf(server: RunningServer) -> None:
    async with ChaosProxy(server.url).running() as proxy, conversation(proxy.url) as talk:
        await until(lambda: proxy.open == 1)
        proxy.reset()
        await talk.hear()
    assert proxy.connections == 2
    assert [item.text_content for item in talk.all("user")] == [SENTENCE]


@pytest.mark.parametrize("turn_detection", ["stt", "vad"])
async def test_an_agent_session_closes_at_once(server: RunningServer, turn_detection: str) -> None:
    vad = inference.VAD(model="silero") if turn_detection == "vad" else None
    async with conversation(server.url, turn_detection=turn_detection, vad=vad) as talk:
        await talk.hear()
        started = time.perf_counter()
        await talk.session.aclose()
        took_s = time.perf_counter() - started
    assert took_s < 1.0  # it is milliseconds; without an answered flush it would be 2 s


async def test_the_frameworks_own_vad_commits_turns(server: RunningServer) -> None:
    vad = inference.VAD(model="silero")
    async with conversation(server.url, turn_detection="vad", vad=vad) as talk:
        await talk.hear()
    assert [item.text_content for item in talk.all("user")] == [SENTENCE]


async def test_a_flush_gives_the_final_long_before_the_servers_endpoint(
    server: RunningServer,
) -> None:
    vad = inference.VAD(model="silero")
    async with conversation(server.url, turn_detection="vad", vad=vad, endpointing_ms=5000) as talk:
        started = time.perf_counter()
        await talk.hear()
        took_s = time.perf_counter() - started
    assert [item.text_content for item in talk.all("user")] == [SENTENCE]
    assert took_s < 5.0  # the sentence ends after 1.2 s, the endpoint would come at 6.2 s
