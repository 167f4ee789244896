import json
from typing import Any

import pytest

from stt_api.errors import (
    AtCapacity,
    ClientTooSlow,
    InvalidFrame,
    InvalidMessage,
    InvalidSetting,
    MessageTooLarge,
    ModelFailed,
    SttError,
    UnknownMessage,
)
from stt_api.limits import Limits
from stt_api.protocols.commands import Audio, Configure, EndOfStream, Finalize, KeepAlive
from stt_api.protocols.contract import Handshake, Ready
from stt_api.protocols.native import NativeProtocol
from stt_api.session.config import SessionConfig
from stt_api.session.events import (
    Configured,
    EndReason,
    Final,
    Finalized,
    Interim,
    Progress,
    SessionEnded,
    SpeechEnded,
    SpeechStarted,
    Suppression,
)
from stt_api.session.word import Word


def protocol() -> NativeProtocol:
    return NativeProtocol(SessionConfig(), ("de", "en"))


def encoded(event: Any) -> dict[str, Any]:
    [message] = protocol().encode(event)
    fields: dict[str, Any] = json.loads(message)
    return fields


@pytest.mark.parametrize(
    ("message", "command"),
    [
        (b"\x01\x02", Audio(b"\x01\x02")),
        (b"", KeepAlive()),
        ('{"type":"keepalive"}', KeepAlive()),
        ('{"type":"finalize","id":3}', Finalize(3)),
        ('{"type":"finalize"}', Finalize(None)),
        ('{"type":"end_of_stream"}', EndOfStream()),
        ('{"type":"CloseStream"}', EndOfStream()),
        ("stop", EndOfStream()),
    ],
)
def test_commands_are_read(message: str | bytes, command: object) -> None:
    assert protocol().decode(message) == [command]


@pytest.mark.parametrize(
    ("message", "error", "says"),
    [
        ("hello", InvalidMessage, "text: not JSON"),
        ("[1]", InvalidMessage, "text: a JSON object"),
        ("{}", InvalidMessage, "type: missing; allowed: auth, configure"),
        ('{"type":"dance"}', UnknownMessage, "type: 'dance' is unknown; allowed: auth, configure"),
        ('{"type":["dance"]}', UnknownMessage, "allowed"),
        ('{"type":"finalize","id":"x"}', InvalidSetting, "id: allowed: an integer"),
        ('{"type":"finalize","id":true}', InvalidSetting, "id: allowed: an integer"),
        ('{"type":"configure","volume":11}', InvalidSetting, "volume: unknown"),
        ('{"type":"auth","config":[]}', InvalidMessage, "config: a JSON object"),
        (" " * 70_000, MessageTooLarge, "text: 70000 characters; at most 65536"),
        ("[" * 60_000, InvalidMessage, "text: not JSON"),
        ("", InvalidMessage, "text: not JSON"),
        ('{"type":"finalize","id":1.5}', InvalidSetting, "id: allowed: an integer"),
    ],
)
def test_what_the_protocol_does_not_allow_is_explained(
    message: str, error: type[SttError], says: str
) -> None:
    with pytest.raises(error) as raised:
        protocol().decode(message)
    assert says in str(raised.value)


def test_before_the_first_audio_everything_can_be_configured() -> None:
    wire = protocol()
    [command] = wire.decode('{"type":"configure","sample_rate":8000,"language":"de"}')
    assert isinstance(command, Configure)
    assert (command.config.audio.sample_rate, wire.config.decoding.language) == (8000, "de")


def test_after_the_first_audio_the_format_is_fixed() -> None:
    wire = protocol()
    wire.decode(b"\x00\x00")
    with pytest.raises(InvalidSetting, match="sample_rate: cannot change during a stream"):
        wire.decode('{"type":"configure","sample_rate":8000}')
    [command] = wire.decode('{"type":"configure","language":"de"}')
    assert isinstance(command, Configure)


def answers(wire: NativeProtocol, *messages: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what each message, which changes settings, is answered with."""
    said = []
    for message in messages:
        [command] = wire.decode(json.dumps(message))
        assert isinstance(command, Configure)
        said += wire.encode(Configured(command.config))
    return [json.loads(each) for each in said]


def test_an_auth_frame_configures_and_is_greeted() -> None:
    wire = protocol()
    wire.encode(Ready("abc", "pico", SessionConfig(), Limits()))
    auth = {"type": "auth", "token": "k", "config": {"words": True, "sample_rate": 8000}}
    ready, configured = answers(wire, auth, {"type": "configure", "language": "de"})
    assert (ready["type"], ready["session_id"], ready["sample_rate"]) == ("ready", "abc", 8000)
    assert (configured["type"], configured["words"]) == ("configured", True)


def test_an_auth_frame_may_hold_settings_of_another_server() -> None:
    wire = protocol()
    wire.encode(Ready("abc", "pico", SessionConfig(), Limits()))
    config = {"model": "nova-2", "language": "en-US", "smart_format": True}
    [ready] = answers(wire, {"type": "auth", "config": config})
    assert (wire.config.decoding.language, ready["ignored"]) == ("en", ["smart_format"])


@pytest.mark.parametrize("frame", ["configure", "auth"])
def test_only_a_refused_audio_format_is_fatal(frame: str) -> None:
    def refused(wire: NativeProtocol, **changes: object) -> InvalidSetting:
        config = {"config": changes} if frame == "auth" else changes
        with pytest.raises(InvalidSetting) as raised:
            wire.decode(json.dumps({"type": frame, **config}))
        return raised.value

    wire = protocol()
    assert not refused(wire, language="xx").fatal
    assert refused(wire, sample_rate=1).fatal
    assert refused(wire, encoding="mulaw", language="xx").fatal
    assert wire.config == SessionConfig()
    wire.decode(b"\x00\x00")
    assert not refused(wire, sample_rate=8000).fatal


def test_settings_of_the_url_add_up_and_the_frame_wins() -> None:
    wire = protocol()
    query = {"language": ["en"], "keyterms": ["Oslo", "Rome,Paris"], "words": ["true"]}
    wire.open(Handshake(query=query))
    wire.open(Handshake(query={"languages": ["en", "de"]}))
    wire.decode('{"type":"configure","language":"de"}')
    assert wire.config.decoding.keyterms == ("Oslo", "Rome", "Paris")
    assert wire.config.decoding.languages == ("en", "de")
    assert (wire.config.decoding.language, wire.config.decoding.words) == ("de", True)


RESULT: dict[str, Any] = {
    "utterance": 2,
    "start": 1.0004,
    "end": 2.5,
    "language": "en",
    "confidence": 0.91234,
    "no_speech_prob": 0.01,
    "audio_processed": 2.7,
}


def test_an_interim_says_what_of_it_will_stay() -> None:
    assert encoded(Interim(text="Hällo wor", stable=5, **RESULT)) == {
        "type": "transcript",
        "text": "Hällo wor",
        "is_final": False,
        "stable": 5,
        **RESULT,
        "start": 1.0,
        "confidence": 0.9123,
    }


def test_a_final_is_stable_and_carries_words_where_there_are_some() -> None:
    final = encoded(Final(text="Hi.", words=(Word(" Hi.", 1.0, 1.2, 0.5),), **RESULT))
    assert (final["is_final"], final["stable"]) == (True, 3)
    assert final["words"] == [{"word": "Hi.", "start": 1.0, "end": 1.2, "confidence": 0.5}]
    assert "words" not in encoded(Final(text="Hi.", **RESULT))


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        (SpeechStarted(1, 0.25), {"type": "speech_started", "utterance": 1, "start": 0.25}),
        (
            SpeechEnded(1, 2.0, 2.208),
            {
                "type": "speech_ended",
                "utterance": 1,
                "end": 2.0,
                "audio_processed": 2.208,
                "suppressed": None,
            },
        ),
        (
            SpeechEnded(2, 3.0, 3.2, Suppression.REPETITION),
            {
                "type": "speech_ended",
                "utterance": 2,
                "end": 3.0,
                "audio_processed": 3.2,
                "suppressed": "repetition",
            },
        ),
        (Progress(4.096), {"type": "progress", "audio_processed": 4.096}),
        (Finalized(7), {"type": "finalized", "id": 7}),
    ],
)
def test_events_become_messages(event: object, fields: dict[str, Any]) -> None:
    assert encoded(event) == fields


def test_the_greeting_names_model_session_and_limits() -> None:
    ready = encoded(Ready("abc", "pico", SessionConfig(), Limits()))
    assert (ready["type"], ready["session_id"], ready["model"]) == ("ready", "abc", "pico")
    assert (ready["protocol"], ready["sample_rate"]) == (1, 16000)
    assert {"finalize", "warm_up", "resume"} <= set(ready["features"])
    assert ready["limits"]["max_message_bytes"] == Limits().max_message_bytes


def test_configured_repeats_all_settings_in_force() -> None:
    configured = encoded(Configured(SessionConfig()))
    assert (configured["type"], configured["endpointing"]) == ("configured", 500)
    assert (configured["language"], configured["languages"]) == (None, [])


def test_session_ended_says_why() -> None:
    ended = encoded(SessionEnded(EndReason.IDLE_TIMEOUT, 12.5))
    assert (ended["type"], ended["reason"], ended["seconds_used"]) == (
        "session_ended",
        "idle_timeout",
        12.5,
    )
    assert "keepalive" in ended["message"]


def test_a_failed_session_ends_with_its_error_alone() -> None:
    assert protocol().encode(SessionEnded(EndReason.FAILED, 1.0)) == []


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        (EndReason.END_OF_STREAM, 1000),
        (EndReason.IDLE_TIMEOUT, 1000),
        (EndReason.MAX_DURATION, 1000),
        (EndReason.SERVER_SHUTDOWN, 1012),
        (InvalidFrame("x"), 1007),
        (InvalidSetting("language", "x"), 1007),
        (MessageTooLarge("x"), 1009),
        (ModelFailed("x"), 1011),
        (SttError("x"), 1011),
        (ClientTooSlow("x"), 1013),
        (AtCapacity("x"), 1013),
    ],
)
def test_the_close_code_says_whose_fault_it_was(ending: EndReason | SttError, code: int) -> None:
    assert protocol().close_code(ending) == code


def test_an_error_says_what_where_and_whether_to_try_again() -> None:
    [setting] = protocol().encode_error(InvalidSetting("language", "allowed: de"))
    assert json.loads(setting) == {
        "type": "error",
        "code": "invalid_setting",
        "message": "language: allowed: de",
        "retryable": False,
        "field": "language",
    }
    [full] = protocol().encode_error(AtCapacity("full"))
    assert (json.loads(full)["retryable"], json.loads(full)["retry_after"]) == (True, 5)


def test_an_error_can_quote_what_cannot_be_encoded() -> None:
    with pytest.raises(InvalidSetting) as raised:
        protocol().decode('{"type":"configure","\\ud800":1}')
    [message] = protocol().encode_error(raised.value)
    assert json.loads(message.encode())["field"] == "\ud800"
