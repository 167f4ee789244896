"""Own-key mode, with a server that answers and refuses as Deepgram does."""

from __future__ import annotations

import pytest
from custom_stt_client import AuthenticationFailed, Refused, StreamOptions
from custom_stt_client.microphone import Managed, OwnKey
from custom_stt_client.testing import FileMicrophone

from ..background import Background
from .deepgram_server import FINAL_S, KEY, DeepgramServer
from .told import WAIT_S, recorder

SOUND = bytes(range(256)) * 500  # 4 s, of which each 8 ms can be told from the next
FINAL_BYTES = round(FINAL_S * 16_000) * 2


def playing() -> FileMicrophone:
    return FileMicrophone(SOUND, pace=10.0)


def test_interims_and_finals_come_and_the_last_one_when_the_recording_is_stopped() -> None:
    options = StreamOptions(language="en-US", keyterms=["Ada", "Grace"], endpointing_ms=300)
    with (
        Background(DeepgramServer()) as server,
        recorder(OwnKey(KEY, api_url=server.url, options=options), playing()) as (engine, told),
    ):
        assert engine.start_recording() and engine.last_error is None
        assert told.realtime.get(timeout=WAIT_S).text == "hello"
        assert told.final.get(timeout=WAIT_S).text == "hello world"
        engine.stop_recording()
        assert told.final.get_nowait().text == "goodbye"
    [listener] = server.listeners
    assert listener.frames == ["CloseStream"] and told.errors.empty()
    assert listener.query == [
        ("model", "nova-3"),
        ("encoding", "linear16"),
        ("sample_rate", "16000"),
        ("channels", "1"),
        ("punctuate", "true"),
        ("interim_results", "true"),
        ("language", "en-US"),
        ("endpointing", "300"),
        ("keyterm", "Ada"),
        ("keyterm", "Grace"),
    ]


def test_a_wrong_key_is_the_reason_why_recording_does_not_start() -> None:
    with (
        Background(DeepgramServer()) as server,
        recorder(OwnKey("hunter2", api_url=server.url)) as (engine, _),
    ):
        assert not engine.start_recording()
        assert isinstance(engine.last_error, AuthenticationFailed)
        assert str(engine.last_error) == "the service refused the API key: check api_key"


def test_a_model_or_parameter_that_the_service_does_not_know_is_named_as_the_reason() -> None:
    with Background(DeepgramServer()) as server:
        for service in (
            OwnKey(KEY, api_url=server.url, model="nova-0"),
            OwnKey(KEY, api_url=f"{server.url}?no_such=1"),
        ):
            with recorder(service) as (engine, _):
                assert not engine.start_recording()
                assert "refused the settings: check model" in str(engine.last_error)


def test_a_service_that_cannot_decode_the_audio_ends_the_recording() -> None:
    with (
        Background(DeepgramServer(close_with=1008)) as server,
        recorder(OwnKey(KEY, api_url=server.url), playing()) as (engine, told),
    ):
        assert engine.start_recording()
        error = told.errors.get(timeout=WAIT_S)
        assert isinstance(error, Refused) and not error.retryable
        assert str(error) == "the service cannot decode the audio: DATA-0000"
        assert not engine.is_recording_active()


@pytest.mark.parametrize("code", [1000, 1001, 1011])
def test_a_connection_closed_in_the_middle_is_resumed_from_the_end_of_the_last_final(
    code: int,
) -> None:
    with (
        Background(DeepgramServer(close_with=code)) as server,
        recorder(OwnKey(KEY, api_url=server.url), playing()) as (engine, told),
    ):
        assert engine.start_recording()
        for _ in range(2):
            assert told.final.get(timeout=WAIT_S).text == "hello world"
        engine.stop_recording()
        assert told.final.get_nowait().text == "goodbye" and told.errors.empty()
    _, resumed = server.listeners
    assert resumed.audio[:3200] == SOUND[FINAL_BYTES : FINAL_BYTES + 3200]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("prompt", StreamOptions(prompt="Dear Ada")),
        ("task", StreamOptions(task="translate")),
        ("languages", StreamOptions(languages=["en", "de"])),
        ("vad", StreamOptions(vad=False)),
        ("windowing", StreamOptions(windowing="overlap")),
    ],
)
def test_an_option_that_the_service_has_no_word_for_is_refused_by_name(
    name: str, options: StreamOptions
) -> None:
    with pytest.raises(ValueError, match=f"{name} must be left out"):
        OwnKey(KEY, options=options)


def test_an_address_or_key_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="api_key must be"):
        OwnKey(" ")
    with pytest.raises(ValueError, match="api_url must be an http://"):
        OwnKey(KEY, api_url="ftp://host")
    with pytest.raises(ValueError, match="api_url must be an http://"):
        Managed("ftp://host")
