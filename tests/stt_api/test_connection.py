"""One client and the server, over a real socket, around a model that the test controls."""

import asyncio
import json
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from stt_api.limits import Limits
from stt_api.session.audio import Samples
from stt_api.session.session import MAX_FINALS_DUE
from stt_api.session.vad import Probabilities, States
from stt_testing.local_app import local_app
from stt_testing.native_client import command, connection, finals, receive, replies, transcribe
from stt_testing.sound import pcm, silence, speech
from stt_testing.waiting import until

SENTENCE = pcm(speech(1.024), silence(0.6))
COMPLETE = ["ready", "speech_started", "transcript", "speech_ended"]


def kinds(said: list[dict[str, Any]]) -> list[str]:
    return [reply["type"] for reply in said]


async def test_a_client_that_says_nothing_but_audio_is_served() -> None:
    async with local_app() as app, connection(app.url) as socket:
        await socket.send(SENTENCE)
        final = await receive(socket, "speech_ended")
    assert final["utterance"] == 1


async def test_a_session_is_complete_and_closes_with_1000() -> None:
    async with (
        local_app() as app,
        connection(app.url, interim_results=False) as socket,
    ):
        await socket.send(SENTENCE)
        await command(socket, "end_of_stream")
        assert kinds(await replies(socket)) == [*COMPLETE, "session_ended"]
        assert socket.close_code == 1000


BAD = [
    (b"\x00", "invalid_frame", 1007, "multiple of 2"),
    ("hello", "invalid_message", 1007, "JSON object"),
    ("", "invalid_message", 1007, "JSON object"),
    ("[]", "invalid_message", 1007, "JSON object"),
    (bytes(20_000), "message_too_large", 1009, "at most 10000"),
]


@pytest.mark.parametrize(("message", "code", "close", "says"), BAD)
async def test_bad_input_is_explained_after_what_was_said_before_it(
    message: str | bytes, code: str, close: int, says: str
) -> None:
    async with (
        local_app(Limits(max_message_bytes=10_000)) as app,
        connection(app.url, interim_results=False) as other,
        connection(app.url, interim_results=False) as socket,
    ):
        for at in range(0, len(SENTENCE), 10_000):
            await socket.send(SENTENCE[at : at + 10_000])
        await socket.send(pcm(speech(0.2)))
        await socket.send(message)
        said = await replies(socket)
        assert sorted(kinds(said)[:-1]) == sorted([*COMPLETE, *COMPLETE[1:]])
        assert kinds(said)[-1] == "error"
        assert (said[-1]["code"], said[-1]["retryable"]) == (code, False)
        assert says in said[-1]["message"]
        assert socket.close_code == close
        await command(other, "finalize", id=1)
        assert (await receive(other, "finalized"))["id"] == 1


async def test_an_unknown_message_is_answered_and_not_fatal() -> None:
    async with local_app() as app, connection(app.url) as socket:
        await command(socket, "dance")
        assert (await receive(socket, "error"))["code"] == "unknown_message"
        await command(socket, "finalize", id=5)
        assert (await receive(socket, "finalized"))["id"] == 5


async def test_an_error_does_not_come_between_what_is_said_together() -> None:
    said: list[str] = []
    received: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def receive_text(kind: str) -> None:
        received.put_nowait({"type": "websocket.receive", "text": json.dumps({"type": kind})})

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] != "websocket.send":
            return
        said.append(json.loads(message["text"])["type"])
        if said[-1] == "transcript":
            receive_text("dance")
            receive_text("end_of_stream")
            for _ in range(20):  # as long as a full buffer takes: others run
                await asyncio.sleep(0)

    query = {"query_string": b"interim_results=false"}
    scope = {"type": "websocket", "path": "/ws/transcribe", "headers": [], **query}
    received.put_nowait({"type": "websocket.connect"})
    received.put_nowait({"type": "websocket.receive", "bytes": SENTENCE})
    async with local_app() as app:
        await app.server.app(scope, received.get, send)
    assert said == [*COMPLETE, "error", "session_ended"]


REFUSED = [
    ({"volume": 11}, "volume", "allowed: language, languages, prompt"),
    ({"language": "xx", "endpointing": 300}, "language", "de, en"),
    ({"sample_rate": 8000}, "sample_rate", "cannot change"),
]


@pytest.mark.parametrize(("changes", "field", "says"), REFUSED)
async def test_a_refused_change_is_explained_and_the_session_goes_on_under_the_old_settings(
    changes: dict[str, Any], field: str, says: str
) -> None:
    async with local_app() as app, connection(app.url, interim_results=False) as socket:
        await socket.send(pcm(speech(0.5)))
        await command(socket, "configure", **changes)
        error = await receive(socket, "error")
        assert (error["code"], error["field"]) == ("invalid_setting", field)
        assert says in error["message"]
        await command(socket, "configure", prompt="Rome")
        configured = await receive(socket, "configured")
        assert (configured["language"], configured["endpointing"]) == (None, 500)
        await socket.send(SENTENCE)
        await command(socket, "end_of_stream")
        assert kinds(await replies(socket))[-3:] == ["transcript", "speech_ended", "session_ended"]


async def test_a_frame_that_holds_one_bad_setting_changes_none() -> None:
    async with local_app() as app, connection(app.url) as socket:
        await command(socket, "configure", words=True, language="xx")
        assert (await receive(socket, "error"))["field"] == "language"
        await command(socket, "configure", language="de")
        configured = await receive(socket, "configured")
        assert (configured["language"], configured["words"]) == ("de", False)


async def test_a_session_ends_where_the_format_of_its_audio_was_refused() -> None:
    async with local_app() as app, connection(app.url) as socket:
        await command(socket, "configure", sample_rate=8000, language="xx")
        error = (await replies(socket))[-1]
        assert (error["type"], error["field"], socket.close_code) == ("error", "language", 1007)


async def test_an_empty_frame_is_no_audio_that_settings_would_be_fixed_by() -> None:
    async with local_app() as app, connection(app.url) as socket:
        await socket.send(b"")
        await command(socket, "configure", sample_rate=8000)
        assert (await receive(socket, "configured"))["sample_rate"] == 8000


async def test_settings_are_confirmed_and_hold() -> None:
    async with local_app() as app, connection(app.url) as socket:
        await command(socket, "configure", encoding="mulaw", sample_rate=8000)
        configured = await receive(socket, "configured")
        assert (configured["encoding"], configured["sample_rate"]) == ("mulaw", 8000)
        await socket.send(bytes(8000))
        await command(socket, "end_of_stream")
        assert (await receive(socket, "session_ended"))["seconds_used"] == pytest.approx(1.0)


async def test_an_auth_frame_is_greeted() -> None:
    async with local_app() as app, connection(app.url) as socket:
        await receive(socket, "ready")
        await command(socket, "auth", token="k", config={"sample_rate": 8000})
        assert (await receive(socket, "ready"))["sample_rate"] == 8000


async def test_a_client_of_another_server_is_served_and_told_what_was_ignored() -> None:
    async with local_app() as app, connection(app.url) as socket:
        await receive(socket, "ready")
        config = {"model": "nova-2", "language": "en-US", "punctuate": True, "\ud800": 1}
        await command(socket, "auth", token="k", config=config)
        ready = await receive(socket, "ready")
        assert (ready["model"], ready["ignored"]) == ("fake", ["punctuate", "\ud800"])
        await command(socket, "configure", model="whisper-1")
        assert (await receive(socket, "configured"))["language"] == "en"


async def test_a_silent_client_is_let_go() -> None:
    async with local_app(Limits(idle_timeout_s=0.05)) as app, connection(app.url) as socket:
        said = await replies(socket)
        assert said[-1]["reason"] == "idle_timeout"
        assert socket.close_code == 1000


async def test_a_client_is_not_silent_as_long_as_messages_come() -> None:
    async with local_app(Limits(idle_timeout_s=0.5)) as app, connection(app.url) as socket:
        began = asyncio.get_running_loop().time()
        while (now := asyncio.get_running_loop().time()) < began + 0.8:
            await socket.send(b"")
            await asyncio.wait_for(await socket.ping(), 5)
        said = await replies(socket)
        assert asyncio.get_running_loop().time() >= now + 0.5
        assert said[-1]["reason"] == "idle_timeout"


async def test_a_session_has_a_longest_length() -> None:
    async with (
        local_app(Limits(max_session_s=0.2)) as app,
        connection(app.url, interim_results=False) as socket,
    ):
        await socket.send(pcm(speech(1.0)))
        said = await replies(socket)
        assert kinds(said) == [*COMPLETE, "session_ended"]
        assert said[-1]["reason"] == "max_duration"


async def test_a_shutdown_gives_the_last_finals_first() -> None:
    async with (
        local_app() as app,
        connection(app.url, interim_results=False) as socket,
    ):
        await socket.send(pcm(speech(1.0)))
        await receive(socket, "speech_started")
        await app.service.drain(5.0)
        said = await replies(socket)
        assert kinds(said) == ["transcript", "speech_ended", "session_ended"]
        assert (said[-1]["reason"], socket.close_code) == ("server_shutdown", 1012)


async def test_a_shutdown_waits_for_the_last_final_of_a_stream_that_has_ended() -> None:
    async with (
        local_app() as app,
        connection(app.url, interim_results=False) as socket,
    ):
        app.model.gate.clear()
        await socket.send(SENTENCE)
        await command(socket, "configure")
        await receive(socket, "configured")  # so the server has taken all audio
        await command(socket, "end_of_stream")
        for _ in range(20):  # rounds of the event loop, in which the server takes all of it
            await asyncio.wait_for(await socket.ping(), 5)
        draining = asyncio.create_task(app.service.drain(5.0))
        await asyncio.sleep(0)  # until it has told everyone
        app.model.gate.set()
        await draining
        assert kinds(await replies(socket)) == [*COMPLETE[2:], "session_ended"]
        assert socket.close_code == 1000


async def test_a_shutdown_waits_for_those_whose_audio_waits_for_the_model() -> None:
    async with (
        local_app() as app,
        connection(app.url, interim_results=False) as socket,
    ):
        app.model.gate.clear()
        await socket.send(SENTENCE * 4)
        await asyncio.to_thread(app.model.started.wait, 10)
        draining = asyncio.create_task(app.service.drain(5.0))
        await asyncio.sleep(0)  # until it has told everyone
        app.model.gate.set()
        await draining
        said = await replies(socket)
        assert kinds(said).count("transcript") == 4
        assert (said[-1]["reason"], socket.close_code) == ("server_shutdown", 1012)


async def test_audio_that_comes_faster_than_the_model_answers_waits_and_is_not_lost() -> None:
    async with (
        local_app() as app,
        connection(app.url, interim_results=False) as socket,
    ):
        app.model.gate.clear()
        for _ in range(8):
            await socket.send(SENTENCE)
        await command(socket, "end_of_stream")
        for _ in range(MAX_FINALS_DUE):
            await receive(socket, "speech_started")
        for _ in range(20):  # rounds of the event loop, in which no more is heard
            await asyncio.wait_for(await socket.ping(), 5)
        app.model.gate.set()
        said = await replies(socket)
    assert [reply["utterance"] for reply in finals(said)] == [*range(1, 9)]
    assert said[-1]["reason"] == "end_of_stream"
    assert kinds(said)[0] == "transcript"


async def test_a_final_takes_the_place_of_an_interim_that_the_model_works_on() -> None:
    async with local_app() as app, connection(app.url) as socket:
        app.model.gate.clear()
        await socket.send(pcm(speech(1.0)))
        await asyncio.to_thread(app.model.started.wait, 10)
        await command(socket, "finalize", id=1)
        await command(socket, "configure")
        await receive(socket, "configured")  # so the server has taken what came before
        app.model.gate.set()
        await command(socket, "end_of_stream")
        said = await replies(socket)
    assert kinds(said) == [*COMPLETE[2:], "finalized", "session_ended"]
    assert (said[0]["is_final"], said[0]["confidence"]) == (True, 0.9048)  # as for a final


async def test_a_model_that_fails_is_an_error_to_try_again_after() -> None:
    async with local_app() as app, connection(app.url) as socket:
        app.model.broken = True
        await socket.send(SENTENCE)
        error = await receive(socket, "error")
        assert (error["code"], error["retryable"]) == ("model_failed", True)
        await socket.wait_closed()
        assert socket.close_code == 1011
        app.model.broken = False
        said = await transcribe(app.url, SENTENCE)
        assert "transcript" in kinds(said)


async def test_the_log_tells_why_finals_were_decoded_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO", "stt_api.connection")
    async with local_app() as app:
        await transcribe(app.url, SENTENCE, prompt="doubt")
    [ended] = [line for line in caplog.records if line.msg == "session ended"]
    assert f"redone={vars(ended)['redone']}" == "redone={'repetition': 1}"


def deaf_model(audio: Samples, states: States) -> tuple[Probabilities, States]:
    raise RuntimeError("out of memory")


async def test_speech_detection_that_fails_is_an_error_to_try_again_after() -> None:
    async with local_app(speech_model=deaf_model) as app, connection(app.url) as socket:
        await socket.send(SENTENCE)
        error = await receive(socket, "error")
        assert (error["code"], error["retryable"]) == ("model_failed", True)
        await socket.wait_closed()
        assert socket.close_code == 1011


async def test_an_unexpected_failure_is_an_internal_error() -> None:
    async with local_app() as app, connection(app.url) as socket:
        app.model.absurd = True
        await socket.send(SENTENCE)
        error = await receive(socket, "error")
        assert (error["code"], error["message"]) == ("internal", "internal error")
        await socket.wait_closed()
        assert socket.close_code == 1011


async def test_pings_are_answered_while_the_model_runs() -> None:
    async with local_app() as app, connection(app.url) as socket:
        app.model.gate.clear()
        await socket.send(SENTENCE)
        await asyncio.to_thread(app.model.started.wait, 10)
        await asyncio.wait_for(await socket.ping(), 5)


async def test_sessions_that_wait_share_the_next_batch() -> None:
    async with local_app() as app:
        app.model.gate.clear()
        first = asyncio.create_task(transcribe(app.url, SENTENCE, interim_results=False))
        await asyncio.to_thread(app.model.started.wait, 10)
        others = [
            asyncio.create_task(transcribe(app.url, SENTENCE, interim_results=False))
            for _ in range(4)
        ]
        await until(lambda: app.engine.waiting == 4)
        app.model.gate.set()
        await asyncio.gather(first, *others)
        assert app.model.batch_sizes == [1, 4]


async def test_a_client_that_vanishes_frees_its_place_at_once() -> None:
    async with local_app(max_sessions=1) as app:
        async with connection(app.url) as socket:
            app.model.gate.clear()
            await socket.send(SENTENCE)
            await asyncio.to_thread(app.model.started.wait, 10)
            socket.transport.abort()
        await until(lambda: not app.service.sessions)
        app.model.gate.set()
        assert "transcript" in kinds(await transcribe(app.url, SENTENCE))


async def test_a_client_that_vanishes_while_its_audio_waits_frees_its_place_at_once() -> None:
    async with local_app() as app:
        app.model.gate.clear()
        async with connection(app.url) as socket:
            for _ in range(2 * MAX_FINALS_DUE):
                await socket.send(SENTENCE)
            await asyncio.to_thread(app.model.started.wait, 10)
            socket.transport.abort()
        await until(lambda: not app.service.sessions)
        assert not app.model.gate.is_set()


async def test_a_client_that_leaves_before_its_last_final_frees_its_place_at_once() -> None:
    async with local_app() as app:
        app.model.gate.clear()
        async with connection(app.url) as socket:
            await socket.send(SENTENCE)
            await command(socket, "end_of_stream")
            await asyncio.to_thread(app.model.started.wait, 10)
        await until(lambda: not app.service.sessions)
        assert not app.model.gate.is_set()


async def test_a_client_that_does_not_read_ends_its_own_session_alone() -> None:
    async with local_app(Limits(send_timeout_s=0.2)) as app:
        async with connection(app.url, max_queue=1) as deaf:
            flooding = asyncio.create_task(_provoke_answers(deaf))
            await until(lambda: not app.service.sessions)
            flooding.cancel()
            deaf.transport.abort()
        assert "transcript" in kinds(await transcribe(app.url, SENTENCE))


async def _provoke_answers(socket: ClientConnection) -> None:
    with suppress(ConnectionClosed):
        while True:
            await command(socket, "x" * 60_000)
