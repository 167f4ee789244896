import asyncio
from urllib.parse import urlsplit

from bench.peers.clients import converse
from bench.peers.measures import measure
from bench.peers.ours import ours
from bench.peers.plays import Play
from stt_testing.local_server import RunningServer
from stt_testing.recordings import recordings

PLAY = Play(recordings("short13"), 0.0)


def test_a_real_session_shows_words_while_they_are_spoken_and_then_a_final(
    server: RunningServer,
) -> None:
    port = urlsplit(server.url).port or 0
    figures = measure(asyncio.run(converse(ours("ours", {}), port, [PLAY])))
    assert (figures.words, figures.lost, figures.errors) == (4, 0, 0)
    assert (figures.failures, figures.unfinished) == ([], 0)
    assert figures.first_s[0] > 0 and figures.complete_s[0] <= figures.final_s[0]


def test_settings_of_a_row_go_into_the_servers_environment(tmp_path) -> None:  # type: ignore[no-untyped-def]
    row = ours("full", {"STT_ENCODER_CONTEXT": "full", "STT_ENDPOINTING_MS": "300"})
    variables = row.launch(tmp_path, 1234).variables
    assert variables["STT_ENCODER_CONTEXT"] == "full"
    assert variables["STT_ENDPOINTING_MS"] == "300"
    assert variables["WHISPER_MODEL_SIZE"] == str(tmp_path)
    assert row.note == "STT_ENCODER_CONTEXT=full STT_ENDPOINTING_MS=300"
