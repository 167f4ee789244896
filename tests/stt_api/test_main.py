"""The server as a process of its own, as an operator meets it."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from socket import create_server

import httpx
import pytest

from stt_api import __version__
from stt_testing.local_server import running_server
from stt_testing.native_client import connection, replies
from stt_testing.recordings import recordings


def start(**settings: str) -> subprocess.CompletedProcess[str]:
    """Run a server that is expected to give up."""
    return subprocess.run(
        [sys.executable, "-m", "stt_api"],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("model", ["/no/such/folder", "no-such-size", "nobody/nothing"])
def test_a_model_that_cannot_be_had_ends_start_up_with_advice(model: str, tmp_path: Path) -> None:
    ended = start(WHISPER_MODEL_SIZE=model, HF_HUB_OFFLINE="1", HF_HOME=str(tmp_path))
    assert ended.returncode == 1
    assert model in ended.stderr and "WHISPER_MODEL_SIZE" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("STT_PORT", "70000", "65535"),
        ("STT_LANGUAGE", "xx", "en-US"),
        ("STT_LANGUAGES", "en,yue", "unknown to the model"),
        ("STT_BEAM_SIZE", "0", "greater than or equal to 1"),
        ("STT_COMPUTE_TYPE", "int3", "float32"),
        ("STT_DEVICE_INDEX", "99", "allowed here: 0"),
        ("STT_DEVICE_INDEX", "all", "such as 0,1"),
        ("STT_DEVICE", "tpu", "'cuda'"),
    ],
)
def test_a_bad_setting_ends_start_up_and_is_named(name: str, value: str, says: str) -> None:
    ended = start(**{"WHISPER_MODEL_SIZE": "pico", name: value})
    assert ended.returncode == 1
    assert f"{name}: " in ended.stderr and says in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "Value error" not in ended.stderr  # a word of pydantic's


def test_a_model_folder_that_is_incomplete_ends_start_up_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.bin").touch()
    ended = start(WHISPER_MODEL_SIZE=str(tmp_path))
    assert ended.returncode == 1
    assert f"{tmp_path} holds no tokenizer.json" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_unknown_variable_is_warned_of_with_the_nearest_name() -> None:
    ended = start(STT_ENDPOINT_MS="300", WHISPER_MODEL_SIZE="/no/such/folder")
    assert "variable=STT_ENDPOINT_MS nearest=STT_ENDPOINTING_MS" in ended.stderr


def test_a_port_that_is_taken_ends_start_up_before_the_model_is_looked_for() -> None:
    with create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = start(WHISPER_MODEL_SIZE="/no/such/folder", STT_PORT=port)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"stt-api: STT_PORT: {port} is in use")


def test_a_host_that_is_not_here_ends_start_up_and_is_named() -> None:
    ended = start(WHISPER_MODEL_SIZE="/no/such/folder", STT_HOST="192.0.2.1", STT_PORT="0")
    assert ended.returncode == 1
    assert ended.stderr.startswith("stt-api: STT_HOST: 192.0.2.1")


def test_the_command_tells_its_version() -> None:
    command = [sys.executable, "-m", "stt_api", "--version"]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told.stdout == f"stt-api {__version__}\n"


def test_port_0_is_a_free_one_that_the_log_names() -> None:
    command = [sys.executable, "-m", "stt_api"]
    settings = {**os.environ, "WHISPER_MODEL_SIZE": "pico", "STT_PORT": "0"}
    with subprocess.Popen(command, env=settings, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        url = next(found[0] for line in process.stderr if (found := re.search(r"http://\S+", line)))
        assert httpx.get(f"{url}/ready").status_code == 200
        process.terminate()
        assert "Application shutdown complete" in process.stderr.read()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
async def test_a_stopped_server_says_what_it_owes_and_ends_cleanly(
    stop: signal.Signals, capfd: pytest.CaptureFixture[str]
) -> None:
    [recording] = recordings("short00")
    with running_server() as server:
        async with connection(server.url, language="en") as socket:
            await socket.send(recording.pcm()[: 2 * 16_000 * 2])
            async for message in socket:
                if json.loads(message)["type"] == "speech_started":
                    break
            server.process.send_signal(stop)
            said = await replies(socket)
            assert [reply["type"] for reply in said[-3:]] == [
                "transcript",
                "speech_ended",
                "session_ended",
            ]
            assert (said[-1]["reason"], socket.close_code) == ("server_shutdown", 1012)
        assert server.process.wait(20) == -stop  # in order, as process managers expect
    assert "Traceback" not in capfd.readouterr().err


def test_a_server_that_is_interrupted_while_it_starts_ends_at_once() -> None:
    command = [sys.executable, "-m", "stt_api"]
    settings = {**os.environ, "WHISPER_MODEL_SIZE": "pico", "STT_PORT": "0"}
    with subprocess.Popen(command, env=settings, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        assert "model loaded" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert "Traceback" not in process.stderr.read()
        assert process.wait() == -signal.SIGINT


async def test_nothing_that_was_said_or_prompted_is_logged(
    capfd: pytest.CaptureFixture[str],
) -> None:
    [recording] = recordings("short00")
    with running_server(STT_LOG_LEVEL="debug") as server:
        async with connection(server.url, language="en", prompt="xylophone") as socket:
            await socket.send(recording.pcm())
            await socket.send('{"type":"end_of_stream"}')
            said = await replies(socket)
    log = capfd.readouterr().err
    assert "session ended" in log and said[0]["session_id"] in log
    assert not any(word in log.lower() for word in ("xylophone", "seven", "four"))
