"""What a desktop program sees of the engine, with a server that follows a script."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Iterator

import pytest
from custom_stt_client import (
    AuthenticationFailed,
    CallbackFailed,
    ConnectionFailed,
    ServerTimeout,
    SessionClosed,
    SessionInterrupted,
    SlowConsumer,
    SttError,
)
from custom_stt_client.microphone import (
    AudioDevice,
    Managed,
    MicrophoneEngine,
    MicrophoneUnavailable,
    TranscriptionResult,
)
from custom_stt_client.microphone.device import OnAudio, OnEnd
from custom_stt_client.testing import (
    Call,
    FileMicrophone,
    Refusal,
    Script,
    ScriptedServer,
    answer_flushes,
    deaf,
    dropping,
    greet,
    one_utterance,
    say_final,
    silence,
)

from ..background import Background
from .told import WAIT_S, Absent, Mute, recorder


@pytest.fixture
def scripted() -> Iterator[ScriptedServer]:
    with Background(ScriptedServer(one_utterance)) as server:
        yield server


def test_interims_come_while_somebody_speaks_and_the_last_final_before_stop_returns(
    scripted: ScriptedServer,
) -> None:
    began_at = time.time()
    with recorder(Managed(scripted.url, token="t")) as (engine, told):
        engine.set_user_name("Ada")
        assert engine.start_recording() and engine.is_recording_active()
        interim = told.realtime.get(timeout=WAIT_S)
        engine.set_user_name("Grace")
        engine.stop_recording()
        assert not engine.is_recording_active()
        final = told.final.get_nowait()
    assert (interim.text, interim.is_final, interim.user_name) == ("hello", False, "Ada")
    assert (final.text, final.is_final, final.user_name) == ("hello world", True, "Grace")
    assert began_at <= interim.timestamp <= final.timestamp <= time.time()
    assert scripted.calls[0].headers["Authorization"] == "Bearer t"
    assert told.errors.empty() and engine.last_error is None


def test_starting_and_stopping_twice_is_harmless_and_each_recording_is_a_session(
    scripted: ScriptedServer,
) -> None:
    with recorder(Managed(scripted.url)) as (engine, told):
        for _ in range(2):
            assert engine.start_recording() and engine.start_recording()
            told.realtime.get(timeout=WAIT_S)
            engine.stop_recording()
            engine.stop_recording()
        engine.stop()
        engine.stop()
        finals = [told.final.get_nowait().text for _ in range(2)]
    assert (finals, len(scripted.calls)) == (["hello world"] * 2, 2)


def test_many_recordings_leave_no_thread_behind_and_each_says_goodbye() -> None:
    with (
        Background(ScriptedServer(silence)) as server,
        recorder(Managed(server.url)) as (engine, told),
    ):
        before = threading.active_count()
        for _ in range(50):
            assert engine.start_recording()
            engine.stop_recording()
        assert threading.active_count() <= before
        assert all(call.heard("end_of_stream") for call in server.calls)
    assert told.errors.empty() and len(server.calls) == 50


def test_it_records_only_between_initialize_and_stop(scripted: ScriptedServer) -> None:
    engine = MicrophoneEngine(Managed(scripted.url), device=FileMicrophone(b""))
    assert not engine.is_ready() and not engine.start_recording()
    assert "call initialize() first" in str(engine.last_error)
    assert engine.initialize() and engine.initialize() and engine.is_ready()
    engine.stop()
    assert not engine.is_ready() and not engine.start_recording()
    assert scripted.calls == []


@pytest.mark.parametrize(
    ("script", "timeout_s", "error", "reason"),
    [
        (Refusal(401), WAIT_S, AuthenticationFailed, "refused the API key"),
        (deaf, 0.2, ServerTimeout, "did not answer in time"),
    ],
)
def test_a_server_that_refuses_or_is_deaf_is_the_reason_why_recording_does_not_start(
    script: Script | Refusal, timeout_s: float, error: type[SttError], reason: str
) -> None:
    with Background(ScriptedServer(script)) as server:
        service = Managed(server.url, token="hunter2")
        with recorder(service, timeout_s=timeout_s) as (engine, told):
            assert not engine.start_recording()
            assert not engine.is_recording_active()
            assert isinstance(engine.last_error, error) and reason in str(engine.last_error)
            assert "hunter2" not in str(engine.last_error)
    assert told.errors.empty()


def test_no_server_is_the_reason_why_recording_does_not_start() -> None:
    with recorder(Managed("http://127.0.0.1:1")) as (engine, _):
        assert not engine.start_recording()
        assert isinstance(engine.last_error, ConnectionFailed)


def test_no_microphone_is_the_reason_why_the_engine_is_not_initialized() -> None:
    with recorder(Managed("http://127.0.0.1:1"), Absent()) as (engine, _):
        assert not engine.initialize() and not engine.is_ready()
        assert str(engine.last_error) == "no microphone is plugged in"


def test_a_microphone_that_goes_after_initialize_is_the_reason_why_recording_does_not_start(
    scripted: ScriptedServer,
) -> None:
    class Gone(FileMicrophone):
        starts = 0

        def start(self, on_audio: OnAudio, on_end: OnEnd) -> int:
            self.starts += 1
            return 16_000 if self.starts == 1 else Absent().start(on_audio, on_end)

    with recorder(Managed(scripted.url), Gone(b"")) as (engine, _):
        assert engine.is_ready() and not engine.start_recording()
        assert isinstance(engine.last_error, MicrophoneUnavailable)


def test_a_microphone_that_gives_nothing_is_the_reason_why_recording_does_not_start(
    scripted: ScriptedServer,
) -> None:
    device: AudioDevice = Mute()
    with recorder(Managed(scripted.url), device, timeout_s=1.0) as (engine, _):
        assert not engine.start_recording()
        assert "gives no audio" in str(engine.last_error)


def test_a_microphone_that_is_unplugged_ends_the_recording_behind_its_last_final(
    scripted: ScriptedServer,
) -> None:
    device = FileMicrophone(bytes(32_000), pace=10.0)
    with recorder(Managed(scripted.url), device) as (engine, told):
        assert engine.start_recording()
        told.realtime.get(timeout=WAIT_S)
        device.unplug()
        error = told.errors.get(timeout=WAIT_S)
        assert isinstance(error, MicrophoneUnavailable) and error is engine.last_error
        assert told.final.get_nowait().text == "hello world"
        assert not engine.is_recording_active()


def test_a_lost_connection_is_resumed_and_nobody_need_know() -> None:
    with (
        Background(ScriptedServer(dropping(after_bytes=6400), one_utterance)) as server,
        recorder(Managed(server.url)) as (engine, told),
    ):
        assert engine.start_recording()
        told.realtime.get(timeout=WAIT_S)
        assert engine.is_recording_active()
        engine.stop_recording()
        assert told.final.get_nowait().text == "hello world"
        assert told.errors.empty() and len(server.calls) == 2


def test_low_credits_are_told_and_a_session_that_is_out_of_them_ends_the_recording() -> None:
    async def run_out(call: Call) -> None:
        await greet(call)
        await call.say("credits_low", seconds_remaining=60.0)
        await call.hear_audio(3200)
        await call.say("session_ended", reason="quota", seconds_used=1.0, message="")
        await call.hear_out()

    with (
        Background(ScriptedServer(run_out)) as server,
        recorder(Managed(server.url)) as (engine, told),
    ):
        assert engine.start_recording()
        assert told.credits_s.get(timeout=WAIT_S) == 60.0
        error = told.errors.get(timeout=WAIT_S)
        assert isinstance(error, SessionInterrupted) and error.reason == "quota"
        assert not engine.is_recording_active() and engine.last_error is error


def test_a_callback_that_raises_stops_nothing_and_is_told(scripted: ScriptedServer) -> None:
    def fail(result: TranscriptionResult) -> None:
        raise ZeroDivisionError

    with recorder(Managed(scripted.url), on_realtime=fail) as (engine, told):
        assert engine.start_recording()
        error = told.errors.get(timeout=WAIT_S)
        assert isinstance(error, CallbackFailed)
        assert isinstance(error.__cause__, ZeroDivisionError)
        assert engine.is_recording_active()
        engine.stop_recording()
        assert told.final.get_nowait().text == "hello world"


def test_a_callback_for_errors_that_raises_is_logged_without_its_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    called = threading.Event()

    def fail(error: SttError) -> None:
        called.set()
        raise ValueError("hunter2")

    device = FileMicrophone(b"", pace=10.0)
    with (
        Background(ScriptedServer(silence)) as server,
        recorder(Managed(server.url), device, on_error=fail) as (engine, _),
    ):
        assert engine.start_recording()
        device.unplug()
        assert called.wait(WAIT_S)
    assert "a callback failed" in caplog.text and "hunter2" not in caplog.text


def test_callbacks_that_are_far_too_slow_end_the_recording_with_an_error() -> None:
    said, go_on = threading.Event(), threading.Event()

    async def talk_on(call: Call) -> None:
        await greet(call)
        await call.hear_audio(800)
        for number in range(1002):
            await say_final(call, "hello", utterance=number)
        said.set()
        await answer_flushes(call)

    with (
        Background(ScriptedServer(talk_on)) as server,
        recorder(Managed(server.url), on_final=lambda result: go_on.wait()) as (engine, told),
    ):
        assert engine.start_recording()
        assert said.wait(WAIT_S)
        go_on.set()
        assert isinstance(told.errors.get(timeout=WAIT_S), SlowConsumer)
        assert not engine.is_recording_active()


def test_a_callback_may_end_the_recording(scripted: ScriptedServer) -> None:
    engines: list[MicrophoneEngine] = []
    with recorder(
        Managed(scripted.url), on_realtime=lambda result: engines[0].stop_recording()
    ) as (engine, told):
        engines.append(engine)
        assert engine.start_recording()
        assert told.final.get(timeout=WAIT_S).text == "hello world"


def test_a_recording_that_is_stopped_before_it_begins_does_not_start() -> None:
    asked: queue.Queue[str] = queue.Queue()

    async def never_greet(call: Call) -> None:
        asked.put("connected")
        await call.hear_out()

    with (
        Background(ScriptedServer(never_greet)) as server,
        recorder(Managed(server.url)) as (engine, _),
    ):
        began: queue.Queue[bool] = queue.Queue()
        starting = threading.Thread(target=lambda: began.put(engine.start_recording()))
        starting.start()
        asked.get(timeout=WAIT_S)
        engine.stop_recording()
        assert began.get(timeout=WAIT_S) is False
        assert isinstance(engine.last_error, SessionClosed)
        starting.join()


def test_neither_transcripts_nor_keys_are_logged(
    scripted: ScriptedServer, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(result: TranscriptionResult) -> None:
        raise ValueError(result.text)

    caplog.set_level(logging.DEBUG)
    service = Managed(scripted.url, token="hunter2")
    with recorder(service, on_final=fail) as (engine, told):
        assert engine.start_recording()
        told.realtime.get(timeout=WAIT_S)
        engine.stop_recording()
        assert isinstance(told.errors.get(timeout=WAIT_S), CallbackFailed)
    logged = "".join(str(vars(record)) for record in caplog.records)
    assert logged and "hello" not in logged and "hunter2" not in logged
