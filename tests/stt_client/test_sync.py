"""The client without asyncio, from any thread."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

import pytest
from custom_stt_client import ConnectionFailed, SessionClosed, StreamEvent, SyncClient
from custom_stt_client.testing import ScriptedServer, one_utterance

from .background import Background

SOUND = bytes(6400)  # 0.2 s


@pytest.fixture
def scripted() -> Iterator[ScriptedServer]:
    with Background(ScriptedServer(one_utterance)) as server:
        yield server


def test_a_session_is_entered_read_and_left_without_asyncio(scripted: ScriptedServer) -> None:
    with SyncClient(scripted.url).stream() as talk:
        talk.send(SOUND)
        talk.finish()
        finals = [event.text for event in talk if event.type == "transcript"]
    assert (finals, talk.accumulated_transcript) == (["hello world"], "hello world")


def test_audio_comes_from_one_thread_and_callbacks_from_another(scripted: ScriptedServer) -> None:
    heard: queue.Queue[str] = queue.Queue()

    def hear(event: StreamEvent.Transcript) -> None:
        heard.put(event.text)

    talk = SyncClient(scripted.url).stream()
    talk.start()
    talk.start()
    registering = threading.Thread(target=talk.on, args=("partial_transcript", hear))
    registering.start()
    registering.join()
    sending = threading.Thread(target=talk.send, args=(SOUND,))
    sending.start()
    assert heard.get(timeout=5) == "hello"
    sending.join()
    talk.close()
    talk.close()
    with pytest.raises(SessionClosed):
        talk.send(SOUND)


def test_a_callback_may_use_the_session(scripted: ScriptedServer) -> None:
    heard: queue.Queue[str] = queue.Queue()
    talk = SyncClient(scripted.url).stream()
    talk.on("speech_started", lambda event: talk.finish())
    talk.on("transcript", lambda event: heard.put(event.text))
    with talk:
        talk.send(SOUND)
        assert heard.get(timeout=5) == "hello world"


def test_the_lag_can_be_read_and_options_be_changed(scripted: ScriptedServer) -> None:
    with SyncClient(scripted.url).stream() as talk:
        talk.send(SOUND)
        assert talk.lag_s == pytest.approx(0.2)
        talk.update_options(language="de")
        talk.flush()
    changes = scripted.calls[0].heard("configure")[1:]
    assert changes == [{"type": "configure", "language": "de"}]


def test_no_server_is_raised_where_the_session_is_entered() -> None:
    with pytest.raises(ConnectionFailed), SyncClient("http://127.0.0.1:1").stream():
        raise AssertionError("entered")


async def test_in_a_running_event_loop_it_says_what_to_use() -> None:
    with pytest.raises(RuntimeError, match="use Client, and await it"):
        SyncClient().stream().start()
