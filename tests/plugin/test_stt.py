"""The plugin as a user has it, against a scripted server on a real socket."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterable, AsyncIterator
from typing import Any

import aiohttp
import numpy as np
import pytest
from custom_stt_client.backlog import WARM_UP_S
from custom_stt_client.testing import (
    Call,
    ScriptedServer,
    answer_flushes,
    deaf,
    greet,
    one_utterance,
    part,
    say_final,
    silence,
)
from livekit import rtc
from livekit.agents import (
    APIConnectionError,
    APIConnectOptions,
    APIError,
    ConversationItemAddedEvent,
    llm,
    stt,
)
from livekit.agents.stt import SpeechEventType as Type
from livekit.plugins.custom_stt import STT, SpeechStream, STTOptions

WARM_UP = round(16_000 * WARM_UP_S)
NO_RETRY = APIConnectOptions(max_retry=0, timeout=5)
RETRY_ONCE = APIConnectOptions(max_retry=1, retry_interval=0.01, timeout=5)
IMPATIENT = APIConnectOptions(max_retry=0, timeout=0.05)


def audio(seconds: float, rate: int = 16000, channels: int = 1) -> list[rtc.AudioFrame]:
    """Frames of 10 ms."""
    samples = rate // 100
    frame = rtc.AudioFrame(bytes(2 * samples * channels), rate, channels, samples)
    return [frame] * round(seconds * 100)


def push(stream: SpeechStream, frames: list[rtc.AudioFrame]) -> None:
    for frame in frames:
        stream.push_frame(frame)


async def collect(events: AsyncIterable[stt.SpeechEvent]) -> list[stt.SpeechEvent]:
    """All events but the usage."""
    return [event async for event in events if event.type is not Type.RECOGNITION_USAGE]


async def until(stream: SpeechStream, kind: Type) -> AsyncIterator[stt.SpeechEvent]:
    async for event in stream:
        yield event
        if event.type is kind:
            return
    raise AssertionError(f"the stream ended without {kind}")


async def next_event(stream: SpeechStream, kind: Type) -> stt.SpeechEvent:
    return [event async for event in until(stream, kind)][-1]


def types(events: list[stt.SpeechEvent]) -> list[Type]:
    return [event.type for event in events]


def texts(events: list[stt.SpeechEvent]) -> list[str]:
    return [event.alternatives[0].text for event in events if event.type is Type.FINAL_TRANSCRIPT]


# --- a stream from beginning to end


async def test_frames_go_in_and_a_complete_turn_comes_out() -> None:
    async with ScriptedServer(one_utterance) as server, STT(api_url=server.url) as speech:
        stream = speech.stream(conn_options=NO_RETRY)
        push(stream, audio(0.3))
        await stream.end_input()
        events = await collect(stream)
    assert types(events) == [
        Type.START_OF_SPEECH,
        Type.INTERIM_TRANSCRIPT,
        Type.FINAL_TRANSCRIPT,
        Type.END_OF_SPEECH,
    ]
    assert texts(events) == ["hello world"]
    assert speech.model == "pico"


async def test_every_event_has_a_text_to_print() -> None:
    async with ScriptedServer(one_utterance) as server, STT(api_url=server.url) as speech:
        stream = speech.stream(conn_options=NO_RETRY)
        push(stream, audio(0.3))
        await stream.end_input()
        printed = [(event.type, event.alternatives[0].text) async for event in stream]
    assert dict(printed) == {
        Type.START_OF_SPEECH: "",
        Type.INTERIM_TRANSCRIPT: "hello",
        Type.FINAL_TRANSCRIPT: "hello world",
        Type.RECOGNITION_USAGE: "",
        Type.END_OF_SPEECH: "",
    }


async def test_the_settings_are_the_first_frame_and_not_in_the_address() -> None:
    options = STTOptions(language="de", prompt="about trains", keyterms=["Bahn"])
    async with (
        ScriptedServer(silence) as server,
        STT(api_url=server.url, options=options, api_key="k1\n") as speech,
    ):
        stream = speech.stream(language="fr", conn_options=NO_RETRY)
        stream.end_input()
        await collect(stream)
    call = server.calls[0]
    assert call.query == ""
    assert call.headers["Authorization"] == "Bearer k1"
    configured = call.messages[0]
    assert configured["type"] == "configure"
    assert (configured["language"], configured["prompt"]) == ("fr", "about trains")
    assert (configured["sample_rate"], configured["channels"]) == (16000, 1)


async def test_address_and_key_may_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with ScriptedServer(silence) as server:
        monkeypatch.setenv("CUSTOM_STT_URL", server.url)
        monkeypatch.setenv("CUSTOM_STT_API_KEY", "k2")
        async with STT() as speech:
            stream = speech.stream(conn_options=NO_RETRY)
            stream.end_input()
            await collect(stream)
    assert server.calls[0].headers["Authorization"] == "Bearer k2"


async def test_the_end_is_said_once_however_often_it_is_asked_for() -> None:
    async with ScriptedServer(silence) as server, STT(api_url=server.url) as speech:
        stream = speech.stream(conn_options=NO_RETRY)
        push(stream, audio(0.1))
        stream.end_input()
        await stream.end_input()
        assert await collect(stream) == []
        stream.end_input()
        await stream.aclose()
        await server.calls[0].ended.wait()
    assert len(server.calls[0].heard("end_of_stream")) == 1
    assert server.calls[0].heard("finalize") == []
    assert server.calls[0].heard("keepalive") == []


async def test_audio_after_the_end_is_refused_and_that_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with ScriptedServer(silence) as server, STT(api_url=server.url) as speech:
        stream = speech.stream(conn_options=NO_RETRY)
        stream.end_input()
        with caplog.at_level(logging.WARNING, "livekit.plugins.custom_stt"):
            for _ in range(2):
                with pytest.raises(RuntimeError, match="input ended"):
                    push(stream, audio(0.01))
        await collect(stream)
    assert [record.message for record in caplog.records] == [
        "audio pushed after the end of input is refused"
    ]


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [4000, 8000, 16000, 24000, 44100, 48000, 96000])
async def test_a_second_of_any_audio_is_a_second_on_the_wire(rate: int, channels: int) -> None:
    async with ScriptedServer(silence) as server, STT(api_url=server.url) as speech:
        stream = speech.stream(conn_options=NO_RETRY)
        push(stream, audio(1.0, rate, channels))
        stream.end_input()
        await collect(stream)
    assert server.calls[0].samples == 16000


async def test_the_number_of_channels_may_change() -> None:
    async with ScriptedServer(silence) as server, STT(api_url=server.url) as speech:
        stream = speech.stream(conn_options=NO_RETRY)
        push(stream, audio(0.5, 48000, 1) + audio(0.5, 48000, 2))
        stream.end_input()
        await collect(stream)
    assert server.calls[0].samples == 16000


async def test_usage_is_told_on_the_way_and_sums_to_the_audio_sent() -> None:
    async def report(call: Call) -> None:
        await greet(call)
        while not call.heard("end_of_stream"):
            await call.listen()
            await call.say("progress", audio_processed=call.samples / 16000)
        await part(call)

    async with ScriptedServer(report) as server, STT(api_url=server.url) as speech:
        stream = speech.stream(conn_options=NO_RETRY)
        push(stream, audio(6))
        first = (await next_event(stream, Type.RECOGNITION_USAGE)).recognition_usage
        push(stream, audio(6.34))
        stream.end_input()
        usage = [first, *[e.recognition_usage async for e in stream if e.recognition_usage]]
    assert sum(used.audio_duration for used in usage if used) == pytest.approx(12.34)


# --- flush


async def test_a_flush_with_nothing_open_is_answered_by_an_empty_final() -> None:
    async with ScriptedServer(silence) as server, STT(api_url=server.url) as speech:
        stream = speech.stream(conn_options=NO_RETRY)
        push(stream, audio(0.07))
        stream.flush()
        answer = await next_event(stream, Type.FINAL_TRANSCRIPT)
        assert server.calls[0].samples == 1120
        stream.flush()
        await next_event(stream, Type.FINAL_TRANSCRIPT)
        stream.end_input()
        await collect(stream)
    assert answer.alternatives[0].text == ""
    assert [message["id"] for message in server.calls[0].heard("finalize")] == [1, 2]


async def test_a_flush_of_open_speech_is_answered_by_its_final_alone() -> None:
    async def finalize(call: Call) -> None:
        await greet(call)
        asked = await call.hear("finalize")
        await say_final(call, "hello")
        await call.say("speech_ended", utterance=0, end=0.2)
        await call.say("finalized", id=asked["id"])
        await call.hear("end_of_stream")
        await part(call)

    async with ScriptedServer(finalize) as server, STT(api_url=server.url) as speech:
        stream = speech.stream(conn_options=NO_RETRY)
        push(stream, audio(0.3))
        stream.flush()
        stream.end_input()
        events = await collect(stream)
    assert texts(events) == ["hello"]


async def test_speech_that_the_server_suppressed_is_told_with_the_reason(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def suppress(call: Call) -> None:
        await greet(call)
        await call.hear("end_of_stream")
        await call.say("speech_started", utterance=1, start=0.1)
        await call.say("speech_ended", utterance=1, end=0.2, suppressed="no_words")
        await part(call)

    async with ScriptedServer(suppress) as server, STT(api_url=server.url) as speech:
        stream = speech.stream(conn_options=NO_RETRY)
        push(stream, audio(0.3))
        stream.end_input()
        with caplog.at_level(logging.DEBUG, "livekit.plugins.custom_stt"):
            events = await collect(stream)
    assert events[-1].alternatives[0].metadata == {"suppressed": "no_words"}
    [told] = [record for record in caplog.records if record.message == "speech without a final"]
    assert told.__dict__["reason"] == "no_words"


# --- options while a stream runs


async def test_options_change_in_band() -> None:
    async def hear_change(call: Call) -> None:
        await greet(call)
        await call.hear("configure")
        await call.say("configured")
        await silence_after_greeting(call)

    async with ScriptedServer(hear_change) as server, STT(api_url=server.url) as speech:
        stream = speech.stream(conn_options=NO_RETRY)
        push(stream, audio(0.1))
        speech.update_options(language="de", keyterms=["Bahn"])
        speech._update_session_keyterms(["Gleis", "Bahn"])
        stream.update_options(language="de")  # nothing new
        stream.end_input()
        await collect(stream)
        later = speech.stream(conn_options=NO_RETRY)
        await later.aclose()
    assert server.calls[0].heard("configure")[1:] == [
        {"type": "configure", "language": "de", "keyterms": ["Bahn"]},
        {"type": "configure", "keyterms": ["Bahn", "Gleis"]},
    ]
    assert later._stream.options.language == "de"


async def test_a_language_that_whisper_does_not_know_is_refused_where_it_is_given() -> None:
    async with (
        ScriptedServer(silence) as server,
        STT(api_url=server.url) as speech,
        speech.stream(conn_options=NO_RETRY) as stream,
    ):
        with pytest.raises(ValueError, match=r"^language must be"):
            speech.update_options(prompt="nuqneH", language="klingon")
        with pytest.raises(ValueError, match=r"^language must be"):
            stream.update_options(language="klingon")
        with pytest.raises(ValueError, match=r"^language must be"):
            speech.stream(language="klingon")
        with pytest.raises(ValueError, match=r"^language must be"):
            await speech.recognize(audio(0.1), language="klingon")
        assert (speech._options, stream._stream.options) == (STTOptions(), STTOptions())


def said(role: llm.ChatRole, text: str) -> ConversationItemAddedEvent:
    return ConversationItemAddedEvent(item=llm.ChatMessage(role=role, content=[text]))


async def test_the_end_of_the_conversation_follows_the_users_prompt() -> None:
    options = STTOptions(prompt="About trains.")
    async with (
        ScriptedServer(silence) as server,
        STT(api_url=server.url, options=options) as speech,
    ):
        stream = speech.stream(conn_options=NO_RETRY)
        speech._push_conversation_item(said("system", "Be kind."))
        speech._push_conversation_item(said("assistant", "Where to?"))
        speech._push_conversation_item(said("user", "To Bonn."))
        speech.update_options(prompt="About buses.")
        speech._push_conversation_item(said("assistant", "long " * 1000))
        stream.end_input()
        await collect(stream)
    prompts = [message["prompt"] for message in server.calls[0].heard("configure")]
    assert prompts[:4] == [
        "About trains.",
        "About trains. Where to?",
        "About trains. Where to? To Bonn.",
        "About buses. Where to? To Bonn.",
    ]
    assert prompts[4].startswith("About buses. long long") and len(prompts[4]) < 220


async def test_no_conversation_ends_a_stream() -> None:
    async with ScriptedServer(silence) as server, STT(api_url=server.url) as speech:
        stream = speech.stream(conn_options=NO_RETRY)
        speech._push_conversation_item(said("user", "Half of a pair: \ud83d"))
        speech._update_session_keyterms(["\udc00"])
        stream.end_input()
        assert await collect(stream) == []
    assert server.calls[0].heard("configure")[1]["prompt"] == "Half of a pair: "


def refuse_change(*then: Any) -> Any:
    """A script: the first change of settings is bad, and nothing changes."""

    async def refuse(call: Call) -> None:
        await greet(call)
        await call.hear("configure")
        await call.say(
            "error", code="invalid_setting", message="no such language", field="language"
        )
        for step in then:
            await step(call)

    return refuse


async def test_a_change_that_the_server_refuses_is_logged_and_the_stream_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def speak(call: Call) -> None:
        await call.hear("end_of_stream")
        await say_final(call, "hello")
        await part(call)

    async with ScriptedServer(refuse_change(speak)) as server, STT(api_url=server.url) as speech:
        stream = speech.stream(conn_options=NO_RETRY)
        push(stream, audio(0.1))
        stream.update_options(language="yue")
        stream.end_input()
        with caplog.at_level(logging.WARNING, "livekit.plugins.custom_stt"):
            assert texts(await collect(stream)) == ["hello"]
    [warning] = caplog.records
    assert warning.message == "the server refused a change of settings"
    assert warning.__dict__["field"] == "language"


async def test_an_older_server_closes_after_a_bad_change_and_the_error_tells_why() -> None:
    async def close(call: Call) -> None:
        await call.close(1007)

    async with ScriptedServer(refuse_change(close)) as server, STT(api_url=server.url) as speech:
        stream = speech.stream(conn_options=RETRY_ONCE)
        stream.update_options(language="yue")
        with pytest.raises(APIError, match="invalid_setting: no such language") as raised:
            await collect(stream)
    assert not raised.value.retryable


async def test_the_next_connection_does_not_ask_again_for_what_was_refused() -> None:
    async def take_another_and_drop(call: Call) -> None:
        await call.hear("configure")
        await call.say("configured")
        call.drop()

    async with (
        ScriptedServer(refuse_change(take_another_and_drop), one_utterance) as server,
        STT(api_url=server.url, options=STTOptions(language="de")) as speech,
    ):
        stream = speech.stream(conn_options=RETRY_ONCE)
        push(stream, audio(0.1))
        stream.update_options(language="yue", prompt="refused with it")
        stream.update_options(keyterms=["Bahn"])
        await server.call(2)
        stream.update_options(prompt="about trains")
        stream.end_input()
        assert texts(await collect(stream)) == ["hello world"]
    first, *changes = server.calls[1].heard("configure")
    assert first["language"] == "de" and "prompt" not in first
    assert changes == [
        {"type": "configure", "keyterms": ["Bahn"]},
        {"type": "configure", "prompt": "about trains"},
    ]


async def test_a_fixed_option_is_refused_and_nothing_changes() -> None:
    speech = STT()
    with pytest.raises(ValueError, match=r"^sample_rate: fixed"):
        speech.update_options(sample_rate=8000, language="de")
    assert speech._options == STTOptions()


# --- a lost connection


def numbered(samples: int) -> list[rtc.AudioFrame]:
    """Audio of which each sample tells its place, up to 65,535."""
    places = np.arange(samples, dtype="<u2")
    parts = (places[start : start + 160] for start in range(0, samples, 160))
    return [rtc.AudioFrame(part.tobytes(), 16_000, 1, len(part)) for part in parts]


async def talk_over_two_connections(
    server: ScriptedServer,
    stream: SpeechStream,
    before: list[rtc.AudioFrame],
    after: list[rtc.AudioFrame],
) -> None:
    """The flush tells the first connection to break."""
    push(stream, before)
    stream.flush()
    await server.call(2)
    push(stream, after)
    stream.end_input()


def places(call: Call) -> list[int]:
    samples: list[int] = np.frombuffer(call.audio, dtype="<u2").tolist()
    return samples


async def drop_in_speech(call: Call) -> None:
    await greet(call)
    await call.hear_audio(8000)
    await call.say("speech_started", utterance=1, start=0.1)
    await call.say("transcript", utterance=1, text="hel", is_final=False, start=0.1, end=0.4)
    await call.hear("finalize")
    call.drop()


async def hear_it_whole(call: Call) -> None:
    await greet(call)
    await call.hear("finalize")
    await call.say("speech_started", utterance=1, start=0.1)
    await call.hear("end_of_stream")
    await say_final(call, "hello again", 1, start=0.1, end=0.9, audio_processed=1.0)
    await call.say("speech_ended", utterance=1, end=0.9, audio_processed=1.0)
    await call.say("finalized", id=1)
    await part(call)


async def test_speech_that_a_dropped_socket_cut_is_heard_again_and_stays_one_utterance() -> None:
    async with (
        ScriptedServer(drop_in_speech, hear_it_whole) as server,
        STT(api_url=server.url) as speech,
    ):
        stream = speech.stream(conn_options=RETRY_ONCE)
        stream.start_time_offset = 100.0
        sound = numbered(16000)
        await talk_over_two_connections(server, stream, sound[:50], sound[50:])
        events = await collect(stream)
    assert types(events) == [
        Type.START_OF_SPEECH,
        Type.INTERIM_TRANSCRIPT,
        Type.FINAL_TRANSCRIPT,
        Type.END_OF_SPEECH,
    ]
    said = events[2].alternatives[0]
    assert said.text == "hello again"
    assert (said.start_time, said.end_time) == pytest.approx((100.1, 100.9), abs=0.001)
    assert places(server.calls[0]) == list(range(8000))
    assert places(server.calls[1]) == list(range(16000))


async def test_what_was_answered_is_not_sent_again_and_times_go_on() -> None:
    async def answer_and_drop(call: Call) -> None:
        await greet(call)
        await call.hear_audio(48000)
        await say_final(call, "one", 1, start=0.1, end=0.3, audio_processed=2.5)
        await call.say("speech_ended", utterance=1, end=0.3, audio_processed=2.5)
        await call.hear("finalize")
        call.drop()

    async def go_on(call: Call) -> None:
        await greet(call)
        await call.hear("end_of_stream")
        words = [{"word": "two", "start": 2.3, "end": 2.4, "confidence": 0.5}]
        await say_final(call, "two", 1, start=2.3, end=2.4, audio_processed=2.6, words=words)
        await call.say("speech_ended", utterance=1, end=2.4, audio_processed=2.6)
        await part(call)

    async with ScriptedServer(answer_and_drop, go_on) as server, STT(api_url=server.url) as speech:
        stream = speech.stream(conn_options=RETRY_ONCE)
        sound = numbered(64000)
        await talk_over_two_connections(server, stream, sound[:300], sound[300:])
        events = await collect(stream)
    assert texts(events) == ["one", "two"]
    [two] = [event for event in events if event.alternatives[0].text == "two"]
    started_s = (40_000 - WARM_UP) / 16_000
    assert two.request_id == "s1-2"
    assert two.alternatives[0].start_time == pytest.approx(started_s + 2.3, abs=0.001)
    assert two.alternatives[0].words is not None
    assert two.alternatives[0].words[0].end_time == pytest.approx(started_s + 2.4, abs=0.001)
    assert places(server.calls[1]) == list(range(40_000 - WARM_UP, 64_000))
    assert server.calls[1].heard("configure")[0]["warm_up"] == 1000 * WARM_UP / 16_000


async def test_an_end_of_speech_that_was_lost_is_told_when_the_server_is_done_with_it() -> None:
    async def drop_after_the_final(call: Call) -> None:
        await greet(call)
        await call.hear_audio(8000)
        await say_final(call, "hello", 1, start=0.1, end=0.2, audio_processed=0.2)
        await call.hear("finalize")
        call.drop()

    async def hear_silence(call: Call) -> None:
        await greet(call)
        await call.hear("finalize")
        await call.say("progress", audio_processed=call.samples / 16000)
        await answer_flushes(call)

    async with (
        ScriptedServer(drop_after_the_final, hear_silence) as server,
        STT(api_url=server.url) as speech,
    ):
        stream = speech.stream(conn_options=RETRY_ONCE)
        push(stream, audio(0.5))
        stream.flush()
        events = await collect(until(stream, Type.END_OF_SPEECH))
        stream.end_input()
        assert await collect(stream) == []
    assert types(events) == [Type.START_OF_SPEECH, Type.FINAL_TRANSCRIPT, Type.END_OF_SPEECH]


async def test_a_shutdown_after_the_end_of_the_input_is_not_the_end_of_the_stream() -> None:
    async def shut_down(call: Call) -> None:
        await greet(call)
        await call.hear("end_of_stream")
        await call.say("session_ended", reason="server_shutdown")
        await call.close(1012)

    async with (
        ScriptedServer(shut_down, one_utterance) as server,
        STT(api_url=server.url) as speech,
    ):
        stream = speech.stream(conn_options=RETRY_ONCE)
        push(stream, numbered(4800))
        stream.end_input()
        assert texts(await collect(stream)) == ["hello world"]
    assert places(server.calls[1]) == list(range(4800))


async def test_audio_sent_twice_is_used_once() -> None:
    async with (
        ScriptedServer(drop_in_speech, hear_it_whole) as server,
        STT(api_url=server.url) as speech,
    ):
        stream = speech.stream(conn_options=RETRY_ONCE)
        await talk_over_two_connections(server, stream, audio(0.5), audio(0.5))
        usage = [e.recognition_usage async for e in stream if e.recognition_usage]
    assert sum(used.audio_duration for used in usage) == pytest.approx(1.0)


async def test_a_change_of_options_is_repeated_at_its_place() -> None:
    async with (
        ScriptedServer(drop_in_speech, hear_it_whole) as server,
        STT(api_url=server.url) as speech,
    ):
        stream = speech.stream(conn_options=RETRY_ONCE)
        push(stream, audio(0.25))
        stream.update_options(language="de")
        push(stream, audio(0.25))
        stream.flush()
        await server.call(2)
        stream.update_options(prompt="trains")
        stream.end_input()
        await collect(stream)
    first, *changes = server.calls[1].heard("configure")
    assert "language" not in first and "prompt" not in first
    assert [(c.get("language"), c.get("prompt")) for c in changes] == [
        ("de", None),
        (None, "trains"),
    ]


async def test_a_lost_connection_without_retries_ends_the_turn_and_answers_the_flush() -> None:
    async with ScriptedServer(drop_in_speech) as server, STT(api_url=server.url) as speech:
        stream = speech.stream(conn_options=NO_RETRY)
        push(stream, audio(0.5))
        stream.flush()
        events = []
        with pytest.raises(APIConnectionError):
            async for event in stream:
                events.append(event)
    heard = [event for event in events if event.type is not Type.RECOGNITION_USAGE]
    assert types(heard)[2:] == [Type.END_OF_SPEECH, Type.FINAL_TRANSCRIPT]
    assert texts(heard) == [""]


async def test_a_server_that_is_full_is_given_the_time_it_asks_for() -> None:
    async def full(call: Call) -> None:
        await greet(call)
        await call.say("error", code="at_capacity", message="", retryable=True, retry_after=0.3)
        await call.close(1013)

    async with ScriptedServer(full, silence) as server, STT(api_url=server.url) as speech:
        stream = speech.stream(conn_options=RETRY_ONCE)
        stream.end_input()
        await collect(stream)
    assert server.calls[1].at - server.calls[0].at >= 0.3


async def test_the_lag_can_be_read() -> None:
    async with ScriptedServer(one_utterance) as server, STT(api_url=server.url) as speech:
        stream = speech.stream(conn_options=NO_RETRY)
        push(stream, audio(0.3))
        before_s = stream.lag_s
        stream.end_input()
        await collect(stream)
    assert (before_s, stream.lag_s, stream.dropped_s) == pytest.approx((0.3, 0.1, 0.0))


# --- failure


@pytest.mark.parametrize(("code", "retryable"), [(1008, False), (1011, True), (1013, True)])
async def test_a_close_code_tells_if_a_retry_helps(code: int, retryable: bool) -> None:
    async def refuse(call: Call) -> None:
        await greet(call)
        await call.close(code)

    error = await failure_of(refuse)
    assert error.retryable is retryable


async def test_the_servers_error_reaches_the_user() -> None:
    async def refuse(call: Call) -> None:
        await call.say("ready", session_id="s1", model="pico")
        await call.say("error", code="bad_value", message="no such language", field="language")
        await call.close(1007)

    error = await failure_of(refuse)
    assert (error.message, error.retryable) == ("bad_value: no such language", False)


async def test_a_message_the_server_does_not_know_is_not_fatal() -> None:
    async def complain(call: Call) -> None:
        await call.say("ready", session_id="s1", model="pico")
        await call.say("error", code="unknown_message", message="?", retryable=False)
        await silence_after_greeting(call)

    async with ScriptedServer(complain) as server, STT(api_url=server.url) as speech:
        stream = speech.stream(conn_options=NO_RETRY)
        stream.end_input()
        assert await collect(stream) == []


@pytest.mark.parametrize("babble", ["not json", '{"type": "ready"}', "[]"])
async def test_a_server_that_speaks_another_language_is_an_api_error(babble: str) -> None:
    async def talk(call: Call) -> None:
        await call.say_raw(babble)
        await call.hear_out()

    error = await failure_of(talk)
    assert not error.retryable


async def test_a_session_the_server_ends_early_is_not_taken_for_the_end_of_the_stream() -> None:
    async def end_early(call: Call) -> None:
        await greet(call)
        await call.say("session_ended", reason="max_duration")
        await call.close()

    error = await failure_of(end_early)
    assert error.retryable


async def test_a_server_that_never_greets_is_a_timeout() -> None:
    error = await failure_of(deaf, IMPATIENT)
    assert type(error).__name__ == "APITimeoutError"


async def test_a_server_that_never_ends_the_session_is_a_timeout() -> None:
    async def linger(call: Call) -> None:
        await greet(call)
        await call.hear_out()

    async with ScriptedServer(linger) as server, STT(api_url=server.url) as speech:
        stream = speech.stream(conn_options=IMPATIENT)
        stream.end_input()
        with pytest.raises(APIError, match="did not end the session"):
            await collect(stream)


async def test_no_server_is_a_connection_error_that_names_the_setting() -> None:
    async with STT(api_url="http://127.0.0.1:1", api_key="sk-secret") as speech:
        stream = speech.stream(conn_options=NO_RETRY)
        with pytest.raises(APIConnectionError, match="CUSTOM_STT_URL") as raised:
            await collect(stream)
    assert "sk-secret" not in repr(raised.value)
    await stream.end_input()  # after a failure too


async def failure_of(script: Any, conn_options: APIConnectOptions = NO_RETRY) -> APIError:
    async with ScriptedServer(script) as server, STT(api_url=server.url) as speech:
        stream = speech.stream(conn_options=conn_options)
        push(stream, audio(0.1))
        with pytest.raises(APIError) as raised:
            await collect(stream)
    return raised.value


async def silence_after_greeting(call: Call) -> None:
    if not call.heard("end_of_stream"):
        await call.hear("end_of_stream")
    await part(call)


# --- closing


async def test_closing_a_stream_tells_the_server() -> None:
    async def hear_out(call: Call) -> None:
        await greet(call)
        await call.say("speech_started", utterance=0, start=0.0)
        await call.hear_out()

    async with ScriptedServer(hear_out) as server, STT(api_url=server.url) as speech:
        stream = speech.stream(conn_options=NO_RETRY)
        await next_event(stream, Type.START_OF_SPEECH)
        await stream.aclose()
        await server.calls[0].ended.wait()
    assert len(server.calls[0].heard("end_of_stream")) == 1


async def test_closing_does_not_wait_for_a_hung_server_and_a_full_socket() -> None:
    samples = 16000 * 600
    async with ScriptedServer(deaf) as server, STT(api_url=server.url) as speech:
        stream = speech.stream(conn_options=NO_RETRY)
        stream.push_frame(rtc.AudioFrame(bytes(2 * samples), 16000, 1, samples))
        await next_event(stream, Type.RECOGNITION_USAGE)
        await asyncio.wait_for(stream.aclose(), 2)


async def test_a_stream_can_be_closed_at_any_moment() -> None:
    async with ScriptedServer(deaf) as server, STT(api_url=server.url) as speech:
        for ticks in range(100):
            stream = speech.stream(conn_options=NO_RETRY)
            push(stream, audio(0.1))
            for _ in range(ticks):
                await asyncio.sleep(0)
            await asyncio.wait_for(stream.aclose(), 2)


async def test_closing_the_stt_closes_its_streams_and_its_own_http_session() -> None:
    async with ScriptedServer(silence) as server:
        speech = STT(api_url=server.url)
        stream = speech.stream(conn_options=NO_RETRY)
        push(stream, audio(0.1))
        stream.flush()
        await next_event(stream, Type.FINAL_TRANSCRIPT)
        own = await speech._http_sessions.current()
        await speech.aclose()
        await speech.aclose()
    assert stream._task.done()
    assert own.closed


async def test_a_session_of_the_user_stays_open() -> None:
    async with aiohttp.ClientSession() as session, ScriptedServer(silence) as server:
        async with STT(api_url=server.url, http_session=session) as speech:
            stream = speech.stream(conn_options=NO_RETRY)
            stream.end_input()
            await collect(stream)
        assert not session.closed


# --- recognize


async def test_a_recording_becomes_one_final() -> None:
    async def two_finals(call: Call) -> None:
        await greet(call)
        await call.hear("end_of_stream")
        await say_final(call, "hello", 0, start=0.1, end=0.4, language="en", confidence=0.8)
        await call.say("speech_ended", utterance=0, end=0.4)
        await say_final(call, "world", 1, start=0.6, end=0.9, language="en", confidence=0.6)
        await part(call)

    async with ScriptedServer(two_finals) as server, STT(api_url=server.url) as speech:
        event = await speech.recognize(audio(1.0, 44100, 2), language="en", conn_options=NO_RETRY)
    said = event.alternatives[0]
    assert (event.type, event.request_id) == (Type.FINAL_TRANSCRIPT, "s1")
    assert (said.text, said.language, said.start_time, said.end_time) == (
        "hello world",
        "en",
        0.1,
        0.9,
    )
    assert said.confidence == pytest.approx(0.7)
    configured = server.calls[0].messages[0]
    assert (configured["sample_rate"], configured["interim_results"]) == (16000, False)
    assert server.calls[0].samples == 16000


@pytest.mark.parametrize("rate", [4000, 8000, 16000, 96000])
async def test_a_recording_of_any_rate_is_sent_at_the_rate_of_the_options(rate: int) -> None:
    options = STTOptions(sample_rate=24000)
    async with (
        ScriptedServer(silence) as server,
        STT(api_url=server.url, options=options) as speech,
    ):
        await speech.recognize(audio(1.0, rate), conn_options=NO_RETRY)
    assert server.calls[0].messages[0]["sample_rate"] == 24000
    assert server.calls[0].samples == 24000


async def test_a_silent_recording_is_an_empty_final() -> None:
    async with ScriptedServer(silence) as server, STT(api_url=server.url) as speech:
        event = await speech.recognize(audio(0.1), conn_options=NO_RETRY)
    assert event.alternatives[0].text == ""


@pytest.mark.parametrize("heard", ["", "hello"])
async def test_a_recording_of_which_something_was_suppressed_has_the_reason(heard: str) -> None:
    async def suppress(call: Call) -> None:
        await greet(call)
        await call.hear("end_of_stream")
        await call.say("speech_started", utterance=0, start=0.1)
        if heard:
            await say_final(call, heard, 0)
        await call.say("speech_ended", utterance=0, end=0.4, suppressed="repetition")
        await part(call)

    async with ScriptedServer(suppress) as server, STT(api_url=server.url) as speech:
        event = await speech.recognize(audio(0.5), conn_options=NO_RETRY)
    [said] = event.alternatives
    assert (said.text, said.metadata) == (heard, {"suppressed": "repetition"})


async def test_recognize_fails_as_the_framework_expects() -> None:
    async with STT(api_url="http://127.0.0.1:1") as speech:
        with pytest.raises(APIConnectionError):
            await speech.recognize(audio(0.1), conn_options=NO_RETRY)


# --- in the framework


@pytest.mark.parametrize(("words", "aligned"), [(True, "word"), (False, "chunk")])
def test_its_transcripts_have_the_times_of_words_only_where_those_are_asked_for(
    words: bool, aligned: str
) -> None:
    speech = STT(options=STTOptions(words=words))
    assert speech.capabilities.aligned_transcript == aligned


def test_an_stt_is_made_and_prewarmed_without_an_event_loop() -> None:
    speech = STT()
    speech.prewarm()
    assert (speech.model, speech.provider) == ("unknown", "custom_stt")


def behind_a_fallback(speech: STT) -> stt.STT[Any]:
    adapter = stt.FallbackAdapter([speech])
    assert adapter.capabilities.manual_flush
    return adapter


def among_speakers(speech: STT) -> stt.STT[Any]:
    speech.capabilities.diarization = True  # a server that tells them apart would be needed
    return stt.MultiSpeakerAdapter(stt=speech, suppress_background_speaker=True)


@pytest.mark.parametrize("adapted", [behind_a_fallback, among_speakers])
async def test_an_adapter_passes_every_event_on(adapted: Any) -> None:
    async with (
        ScriptedServer(one_utterance) as server,
        STT(api_url=server.url) as speech,
        adapted(speech) as adapter,
        adapter.stream() as stream,
    ):
        for frame in audio(0.3):
            stream.push_frame(frame)
        stream.end_input()
        events = await collect(stream)
    assert [(event.type, event.alternatives[0].text) for event in events] == [
        (Type.START_OF_SPEECH, ""),
        (Type.INTERIM_TRANSCRIPT, "hello"),
        (Type.FINAL_TRANSCRIPT, "hello world"),
        (Type.END_OF_SPEECH, ""),
    ]
