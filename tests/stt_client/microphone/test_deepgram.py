"""Deepgram's messages in the native protocol's terms."""

from __future__ import annotations

import json
from typing import Any

import pytest
from custom_stt_client import ConnectionFailed, ProtocolError, Refused, StreamOptions
from custom_stt_client.messages import (
    Finalized,
    Progress,
    ServerError,
    SessionEnded,
    SpeechEnded,
    Transcript,
    Unknown,
)
from custom_stt_client.microphone.deepgram import DeepgramProtocol, query


def results(text: str, **fields: Any) -> str:
    told = {"type": "Results", "start": 1.0, "duration": 0.5, "is_final": True}
    return json.dumps({**told, "channel": {"alternatives": [{"transcript": text}]}, **fields})


def test_a_final_covers_the_audio_up_to_its_end_and_an_interim_covers_nothing() -> None:
    protocol = DeepgramProtocol("nova-3")
    [interim] = protocol.parse(results("hello", is_final=False))
    [final] = protocol.parse(results("hello world"))
    assert isinstance(interim, Transcript) and isinstance(final, Transcript)
    assert (interim.text, interim.is_final, interim.audio_processed) == ("hello", False, None)
    assert (final.text, final.start, final.end, final.audio_processed) == (
        "hello world",
        1.0,
        1.5,
        1.5,
    )


def test_a_pause_ends_the_utterance_once_also_with_an_empty_final() -> None:
    protocol = DeepgramProtocol("nova-3")
    protocol.parse(results("hello"))
    assert protocol.parse(results("", speech_final=True)) == [
        Progress(1.5),
        SpeechEnded(0, 1.5, audio_processed=1.5),
    ]
    assert protocol.parse(results("", speech_final=True)) == [Progress(1.5)]
    [later] = protocol.parse(results("again"))
    assert isinstance(later, Transcript) and later.utterance == 1


def test_a_finalize_is_answered_by_the_results_that_say_so() -> None:
    protocol = DeepgramProtocol("nova-3")
    assert protocol.encode({"type": "finalize", "id": 7}) == '{"type": "Finalize"}'
    assert protocol.parse(results("", from_finalize=True)) == [Progress(1.5), Finalized(7)]


def test_the_end_of_the_stream_is_answered_by_metadata_or_a_normal_close() -> None:
    protocol = DeepgramProtocol("nova-3")
    with pytest.raises(ConnectionFailed):
        protocol.closed(1000, "")
    assert protocol.encode({"type": "end_of_stream"}) == '{"type": "CloseStream"}'
    ended = SessionEnded("end_of_stream", "")
    assert protocol.parse('{"type": "Metadata"}') == [ended]
    assert protocol.closed(1000, "") == ended


def test_settings_are_in_the_query_and_a_keepalive_is_one() -> None:
    protocol = DeepgramProtocol("nova-3")
    assert protocol.encode({"type": "configure"}) is None
    assert protocol.encode({"type": "keepalive"}) == '{"type": "KeepAlive"}'


@pytest.mark.parametrize(
    ("language", "asked"),
    [("en-US", "en-US"), ("german", "de"), ("auto", "multi"), ("multi", "multi")],
)
def test_a_language_is_asked_for_in_the_words_of_the_service(language: str, asked: str) -> None:
    assert ("language", asked) in query(StreamOptions(language=language), "nova-3")


def test_what_the_service_cannot_read_is_an_error_that_does_not_repeat_it() -> None:
    error = {"type": "Error", "variant": "SchemaError", "description": "bad", "message": "secret"}
    [told] = DeepgramProtocol("nova-3").parse(json.dumps(error))
    assert told == ServerError("SchemaError", "bad", False, None, None)


def test_messages_that_nobody_asked_for_are_ignored() -> None:
    assert DeepgramProtocol("nova-3").parse('{"type": "New"}') == [Unknown("New")]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", results("x", start="NaN"), results("x", channel={"alternatives": []})],
)
def test_what_is_malformed_is_refused(text: str) -> None:
    with pytest.raises(ProtocolError, match="malformed"):
        DeepgramProtocol("nova-3").parse(text)


@pytest.mark.parametrize(("code", "retryable"), [(1002, False), (1008, False), (1011, True)])
def test_a_close_says_whether_another_try_is_of_use(code: int, retryable: bool) -> None:
    with pytest.raises(Refused) as raised:
        DeepgramProtocol("nova-3").closed(code, "")
    assert (raised.value.status_code, raised.value.retryable) == (code, retryable)
