"""The wire format, both ways."""

from __future__ import annotations

import json
from typing import Any

import pytest
from custom_stt_client.errors import ProtocolError
from custom_stt_client.messages import (
    Configured,
    CreditsLow,
    Finalized,
    Limits,
    Progress,
    Ready,
    ServerError,
    SessionEnded,
    SpeechEnded,
    SpeechStarted,
    Transcript,
    Unknown,
    Word,
)
from custom_stt_client.options import StreamOptions
from custom_stt_client.wire import configure, parse, reconfigure


def test_the_default_configuration_leaves_choices_to_the_server() -> None:
    assert configure(StreamOptions()) == {
        "type": "configure",
        "task": "transcribe",
        "keyterms": [],
        "interim_results": True,
        "words": True,
        "vad": True,
        "encoding": "linear16",
        "sample_rate": 16000,
        "channels": 1,
    }


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("en", "en"),
        ("EN", "en"),
        ("en-US", "en"),
        ("english", "en"),
        ("eng", "en"),
        ("nb-NO", "no"),
        ("fil", "tl"),
        ("jv", "jw"),
        ("iw", "he"),
        ("auto", "auto"),
        ("multi", "auto"),
    ],
)
def test_a_language_reaches_the_server_by_whispers_code(language: str, code: str) -> None:
    assert configure(StreamOptions(language=language))["language"] == code


def test_a_change_sends_only_itself() -> None:
    before = StreamOptions(language="en", prompt="about trains", endpointing_ms=300)
    after = StreamOptions(language="auto", keyterms=["LiveKit"], endpointing_ms=300)
    assert reconfigure(before, after) == {
        "type": "configure",
        "language": "auto",
        "prompt": "",
        "keyterms": ["LiveKit"],
    }


def test_languages_to_choose_from_reach_the_server_by_their_codes() -> None:
    options = StreamOptions(languages=["en-US", "German", "en"])
    assert configure(options)["languages"] == ["en", "de"]
    assert "language" not in configure(options)
    assert configure(StreamOptions(languages=()))["languages"] == []


def test_any_language_instead_of_some_is_an_empty_list_which_servers_take_for_detection() -> None:
    change = reconfigure(StreamOptions(languages=["en", "de"]), StreamOptions(languages=()))
    assert change == {"type": "configure", "languages": []}


def test_a_language_that_is_set_is_said_with_the_list_that_would_replace_it() -> None:
    before = StreamOptions(language="en")
    after = StreamOptions(language="en", languages=["en", "de"])
    assert reconfigure(before, after) == {
        "type": "configure",
        "languages": ["en", "de"],
        "language": "en",
    }


TRANSCRIPT = {"utterance": 3, "text": "hi", "is_final": True, "start": 1, "end": 2.5}


@pytest.mark.parametrize(
    ("kind", "fields", "message"),
    [
        ("ready", {"session_id": "s", "model": "m", "protocol": 1}, Ready("s", "m")),
        (
            "ready",
            {
                "session_id": "s",
                "model": "m",
                "features": ["words"],
                "limits": {"max_session_s": 0},
            },
            Ready("s", "m", frozenset({"words"}), Limits(max_session_s=0.0)),
        ),
        ("configured", {"language": "en"}, Configured()),
        ("speech_started", {"utterance": 3, "start": 1}, SpeechStarted(3, 1.0)),
        ("speech_ended", {"utterance": 3, "end": 2}, SpeechEnded(3, 2.0, None, None)),
        (
            "speech_ended",
            {"utterance": 3, "end": 2, "audio_processed": 2.5, "suppressed": None},
            SpeechEnded(3, 2.0, 2.5, None),
        ),
        (
            "speech_ended",
            {"utterance": 3, "end": 2, "audio_processed": 2.5, "suppressed": "repetition"},
            SpeechEnded(3, 2.0, 2.5, "repetition"),
        ),
        ("progress", {"audio_processed": 4}, Progress(4.0)),
        ("finalized", {"id": 7}, Finalized(7)),
        ("credits_low", {"seconds_remaining": 9}, CreditsLow(9.0)),
        ("session_ended", {"reason": "quota"}, SessionEnded("quota", "")),
        (
            "error",
            {"code": "full", "message": "no room", "retryable": True, "retry_after": 2},
            ServerError("full", "no room", True, 2.0, None),
        ),
        (
            "transcript",
            TRANSCRIPT,
            Transcript(3, "hi", True, 1.0, 2.5, "", 0.0, None, None, None),
        ),
        (
            "transcript",
            {
                **TRANSCRIPT,
                "language": "en",
                "confidence": 0.5,
                "words": [{"word": "hi", "start": 1, "end": 2, "confidence": 0.25}],
                "no_speech_prob": 0,
                "audio_processed": 3,
            },
            Transcript(3, "hi", True, 1.0, 2.5, "en", 0.5, (Word("hi", 1, 2, 0.25),), 0.0, 3.0),
        ),
    ],
)
def test_each_message_of_the_server_is_understood(
    kind: str, fields: dict[str, Any], message: object
) -> None:
    assert parse(json.dumps({"type": kind, **fields})) == message


def test_an_unknown_type_is_no_failure() -> None:
    assert parse('{"type": "weather", "sunny": true}') == Unknown("weather")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "stop",
        "null",
        "[]",
        "{}",
        '{"type": 5}',
        '{"type": "ready"}',
        '{"type": "ready", "session_id": "s", "model": "m", "features": "words"}',
        '{"type": "ready", "session_id": "s", "model": "m", "limits": [60]}',
        '{"type": "transcript", "utterance": 0, "text": null, "is_final": true}',
        '{"type": "transcript", "utterance": 0, "text": "", "is_final": true, "start": "x"}',
        '{"type": "speech_started", "utterance": Infinity, "start": 0}',
        '{"type": "finalized", "id": []}',
        '{"type": "speech_ended", "utterance": 0, "end": 1, "suppressed": true}',
    ],
)
def test_a_malformed_message_is_a_failure_that_no_retry_heals(text: str) -> None:
    with pytest.raises(ProtocolError, match="malformed") as raised:
        parse(text)
    assert not raised.value.retryable


def test_a_failure_to_parse_does_not_repeat_what_was_said() -> None:
    with pytest.raises(ProtocolError) as raised:
        parse('{"type": "transcript", "text": "my card number"}')
    assert str(raised.value) == "malformed transcript from the server"
