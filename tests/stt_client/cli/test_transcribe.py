"""stt transcribe as people run it: the installed command, against the real server."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import av
import pytest
from custom_stt_client.testing import Call, Refusal, ScriptedServer, greet, one_utterance

from stt_api.word_errors import word_errors, words
from stt_testing.local_server import RunningServer, free_port, running_server
from stt_testing.recordings import recordings

from .command import STT, run, start
from .encoding import FORMATS, encode

[SPOKEN] = recordings("short13")
ALL = ("txt", "srt", "vtt", "tsv", "json")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The same sentence in six formats, and a file that is none of them."""
    folder = tmp_path / "talks"
    folder.mkdir()
    for suffix in FORMATS:
        encode(SPOKEN, folder / f"talk{suffix}")
    (folder / "broken.mp3").write_text("not sound")
    return folder


def test_a_folder_of_every_format_is_transcribed_and_the_broken_file_is_named(
    folder: Path, server: RunningServer, tmp_path: Path
) -> None:
    done = run(
        tmp_path,
        "transcribe",
        folder,
        "--url",
        server.url,
        "-o",
        "out",
        "-f",
        "all",
        "--language",
        "en",
    )
    assert done.returncode == 1, done.stderr
    failed, named = done.stderr.splitlines()[-2:]
    assert failed == "stt: 1 of 7 failed:" and "broken.mp3: " in named
    out = tmp_path / "out"
    assert {path.name for path in out.iterdir()} == {
        f"talk{suffix}.{each}" for suffix in FORMATS for each in ALL
    }
    texts = [(out / f"talk{suffix}.txt").read_text() for suffix in FORMATS]
    assert all(word_errors(SPOKEN.text, text) <= 1 for text in texts), texts


def test_a_terminal_shows_a_bar_for_what_is_under_way(
    server: RunningServer, tmp_path: Path
) -> None:
    encode(recordings("dialogue0")[0], tmp_path / "talk.flac")
    ours, its = pty.openpty()
    command = [STT, "transcribe", "talk.flac", "--url", server.url]
    with subprocess.Popen(command, cwd=tmp_path, stdout=its, stderr=its) as running:
        os.close(its)
        screen = "".join(_read_all(ours))
    assert running.returncode == 0
    assert "talk.flac ━" in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen)
    assert "talk.flac → talk.txt" in screen


def _read_all(terminal: int) -> Iterator[str]:
    with open(terminal, encoding="utf-8", errors="replace") as file:
        try:
            yield from file
        except OSError:  # nobody writes to it any more
            return


@pytest.mark.parametrize("each", ["srt", "vtt"])
def test_subtitles_are_read_by_ffmpeg_word_by_word_and_in_their_order(
    each: str, server: RunningServer, tmp_path: Path
) -> None:
    [dialogue] = recordings("dialogue0")
    encode(dialogue, tmp_path / "talk.ogg")
    done = run(tmp_path, "transcribe", "talk.ogg", "--url", server.url, "-f", f"txt,{each}")
    assert done.returncode == 0, done.stderr
    with av.open(str(tmp_path / f"talk.{each}")) as subtitles:
        packets = [packet for packet in subtitles.demux() if packet.size]
    shown = " ".join(bytes(packet).decode() for packet in packets)
    times = [(packet.pts or 0, (packet.pts or 0) + (packet.duration or 0)) for packet in packets]
    assert words(shown) == words((tmp_path / "talk.txt").read_text())
    assert all(start < end for start, end in times)
    assert all(before[1] < after[0] for before, after in pairwise(times))
    assert len(packets) >= len(dialogue.utterances) - 2


def test_json_tells_words_and_their_times(server: RunningServer, tmp_path: Path) -> None:
    encode(SPOKEN, tmp_path / "talk.wav")
    done = run(tmp_path, "transcribe", "talk.wav", "-f", "json", CUSTOM_STT_URL=server.url)
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "talk.json").read_text(encoding="utf-8"))
    timed = [word for segment in told["segments"] for word in segment["words"]]
    assert words(told["text"]) == words(SPOKEN.text) == words(" ".join(w["word"] for w in timed))
    assert told["language"] == "en"
    assert told["duration"] == pytest.approx(len(SPOKEN.samples()) / 16_000, abs=0.001)
    assert all(before["end"] <= after["end"] for before, after in pairwise(timed))


def test_what_was_transcribed_before_is_left_alone_unless_one_says_so(
    server: RunningServer, tmp_path: Path
) -> None:
    encode(SPOKEN, tmp_path / "talk.wav")
    (tmp_path / "talk.txt").write_text("mine")
    refused = run(tmp_path, "transcribe", "talk.wav", "--url", server.url)
    assert refused.returncode == 2 and "talk.txt exists: give --skip-existing" in refused.stderr
    skipped = run(tmp_path, "transcribe", "talk.wav", "--url", server.url, "--skip-existing")
    assert (skipped.returncode, (tmp_path / "talk.txt").read_text()) == (0, "mine")
    replaced = run(tmp_path, "transcribe", "talk.wav", "--url", server.url, "--overwrite")
    assert replaced.returncode == 0
    assert words((tmp_path / "talk.txt").read_text()) == words(SPOKEN.text)


def test_a_server_that_is_away_is_said_once_with_its_address(folder: Path, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    done = run(tmp_path, "transcribe", folder, "--url", url)
    assert done.returncode == 3
    assert f"stt: {url}: no connection to the speech-to-text server" in done.stderr
    assert done.stderr.count("no connection") == 1 and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("status", "says"), [(401, "refused the API key"), (503, "the server is full")]
)
async def test_a_server_that_refuses_is_quoted(status: int, says: str, folder: Path) -> None:
    async with ScriptedServer(Refusal(status)) as server:
        running = await start("transcribe", folder, "--url", server.url, "-o", folder)
        _, stderr = await running.communicate()
    assert running.returncode == 3 and says in stderr.decode()


def test_no_more_are_transcribed_at_once_than_the_server_has_room_for(
    folder: Path, tmp_path: Path
) -> None:
    with running_server(STT_MAX_SESSIONS="1") as server:
        talks = sorted(folder.glob("talk.*"))
        done = run(tmp_path, "transcribe", *talks, "--jobs", "4", "--url", server.url)
    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.glob("talk.*.txt"))) == len(talks)


async def test_a_session_that_breaks_fails_its_recording_and_no_other(folder: Path) -> None:
    async def failing(call: Call) -> None:
        await greet(call)
        await call.hear_audio(800)
        await call.say("error", code="bad_setting", message="no such model", retryable=False)
        await call.close(1007)

    async with ScriptedServer(failing, one_utterance) as server:
        command = ("transcribe", folder / "talk.wav", folder / "talk.mp3", "--jobs", "1")
        running = await start(*command, "--url", server.url, "-o", folder)
        _, stderr = await running.communicate()
    assert running.returncode == 1
    assert stderr.decode().splitlines()[-1].endswith("talk.wav: bad_setting: no such model")
    assert (folder / "talk.mp3.txt").read_text() == "hello world\n"
    assert not (folder / "talk.wav.txt").exists()


async def test_what_is_done_stays_when_the_rest_is_interrupted(folder: Path) -> None:
    async def silent(call: Call) -> None:
        await greet(call)
        await call.hear_out()

    async with ScriptedServer(one_utterance, silent) as server:
        command = ("transcribe", folder / "talk.wav", folder / "talk.mp3", "--jobs", "1")
        running = await start(*command, "--url", server.url, "-o", folder)
        await server.call(2)
        running.send_signal(signal.SIGINT)
        _, stderr = await running.communicate()
    assert running.returncode == 130 and "Traceback" not in stderr.decode()
    assert stderr.decode().splitlines()[-1] == "stt: 1 of 2 done"
    assert (folder / "talk.wav.txt").read_text() == "hello world\n"
    assert not [name for name in os.listdir(folder) if "mp3." in name]


def test_without_its_extra_the_command_says_how_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "rich.py").write_text("raise ModuleNotFoundError(name='rich')")
    done = run(tmp_path, "transcribe", "a.wav", PYTHONPATH=str(tmp_path))
    assert done.returncode == 2
    assert done.stderr == (
        "stt: it needs more packages: install custom-stt-client with the extra [cli]\n"
    )
