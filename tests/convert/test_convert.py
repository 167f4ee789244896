"""stt-api convert as an operator runs it, on pico's checkpoint. Needs torch: make test-convert."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stt_api.models.sources import find_model
from stt_api.models.whisper import WhisperConfig, WhisperTranscriber
from stt_api.session.decoding import DecodeOptions, DecodeRequest, Transcript
from stt_testing.recordings import FOLDER, recordings

pytest.importorskip("torch", reason="make test-convert has torch")
from safetensors.torch import load_file, save_file

PICO = Path(__file__).parents[2] / "stt-model-pico/checkpoint"
MOST_BYTES = 10_000_000  # less than the model, more than all else


def command(source: str | Path, folder: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "stt_api", "convert", str(source), str(folder), *options]


def convert(
    source: str | Path,
    folder: Path,
    *options: str,
    before: Callable[[], None] | None = None,
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(source, folder, *options),
        env={**os.environ, "HF_HUB_OFFLINE": "1", **environment},
        capture_output=True,
        text=True,
        timeout=100,
        preexec_fn=before,
    )


def transcripts(model: str) -> list[Transcript]:
    transcriber = WhisperTranscriber(find_model(model), WhisperConfig(compute_type="int8"))
    return [
        transcriber.transcribe_once(DecodeRequest(samples, DecodeOptions(words=True), final=True))
        for samples in (each.samples() for each in recordings("short0") + recordings("lang"))
    ]


def test_picos_checkpoint_becomes_the_bundled_model(tmp_path: Path) -> None:
    done = convert(PICO, tmp_path / "pico.int8")
    assert done.returncode == 0, done.stderr
    assert "alignment heads, for word times: of the checkpoint" in done.stdout
    assert f"WHISPER_MODEL_SIZE={tmp_path}/pico.int8" in done.stdout
    assert list(tmp_path.iterdir()) == [tmp_path / "pico.int8"]
    ours, bundled = find_model(str(tmp_path / "pico.int8")), find_model("pico")
    assert ours.traits == bundled.traits
    assert transcripts(ours.location) == transcripts("pico")


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """A copy of pico's, to spoil."""
    return Path(shutil.copytree(PICO, tmp_path / "checkpoint"))


def cut_short(checkpoint: Path) -> None:
    os.truncate(checkpoint / "model.safetensors", 10_000_000)


def without_a_layer(checkpoint: Path) -> None:
    weights = load_file(checkpoint / "model.safetensors")
    del weights["model.decoder.layers.3.fc2.weight"]
    save_file(weights, checkpoint / "model.safetensors", metadata={"format": "pt"})


def of_another_width(checkpoint: Path) -> None:
    config = json.loads((checkpoint / "config.json").read_text())
    (checkpoint / "config.json").write_text(json.dumps({**config, "d_model": 384}))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (cut_short, "the checkpoint cannot be converted: Error while deserializing header"),
        (without_a_layer, "lacks 1 of its weights, such as model.decoder.layers.3.fc2.weight"),
        (of_another_width, "the checkpoint cannot be converted: "),
    ],
)
def test_a_broken_checkpoint_leaves_nothing(
    checkpoint: Path, spoil: Callable[[Path], None], says: str
) -> None:
    spoil(checkpoint)
    assert_refused(convert(checkpoint, checkpoint.parent / "model"), checkpoint, says)


def test_no_space_leaves_nothing(checkpoint: Path) -> None:
    """Files that may not grow stand for a disk that is full: writing fails half way as well."""
    small = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_BYTES, MOST_BYTES))  # noqa: E731
    done = convert(checkpoint, checkpoint.parent / "model", before=small)
    assert_refused(done, checkpoint, "model: File too large; nothing was written")


def test_no_network_for_a_tokenizer_leaves_nothing(checkpoint: Path) -> None:
    (checkpoint / "tokenizer.json").unlink()
    done = convert(checkpoint, checkpoint.parent / "model", HF_HOME=str(checkpoint / "no cache"))
    assert_refused(done, checkpoint, "openai/whisper-tiny cannot be had from the hub")
    assert f"put tokenizer.json into {checkpoint}" in done.stderr


def test_a_folder_that_cannot_be_written_is_named(checkpoint: Path) -> None:
    folder = checkpoint.parent / "nowhere/model"
    assert_refused(convert(checkpoint, folder), checkpoint, "nowhere")


def test_no_network_for_a_checkpoint_is_said(tmp_path: Path) -> None:
    done = convert("futo-org/acft-whisper-tiny", tmp_path / "model", HF_HOME=str(tmp_path / "hub"))
    assert done.returncode == 1
    assert "futo-org/acft-whisper-tiny cannot be had from the hub" in done.stderr
    assert "Traceback" not in done.stderr and not (tmp_path / "model").exists()


def test_an_interrupted_conversion_leaves_nothing(checkpoint: Path) -> None:
    """Who reads a named pipe waits for somebody to write: here, until it is interrupted."""
    config = checkpoint / "config.json"
    config.unlink()
    os.mkfifo(config)
    model = checkpoint.parent / "model"
    with subprocess.Popen(command(checkpoint, model), stderr=subprocess.PIPE) as process:
        with config.open("w"):
            assert len(list(checkpoint.parent.iterdir())) == 2  # and the unfinished one
            process.send_signal(signal.SIGINT)
            assert process.wait() == -signal.SIGINT
        assert process.stderr and b"Traceback" not in process.stderr.read()
    assert list(checkpoint.parent.iterdir()) == [checkpoint]


def assert_refused(done: subprocess.CompletedProcess[str], checkpoint: Path, says: str) -> None:
    assert done.returncode == 1
    assert says in done.stderr and "Traceback" not in done.stderr
    assert list(checkpoint.parent.iterdir()) == [checkpoint]


def in_cache(home: Path, hub_id: str) -> Path:
    """Make the folder of a hub id, as the hub's own client keeps it."""
    repository = home / "hub" / f"models--{hub_id.replace('/', '--')}"
    revision = "0" * 40
    (repository / "refs").mkdir(parents=True)
    (repository / "refs/main").write_text(revision)
    snapshot = repository / "snapshots" / revision
    snapshot.mkdir(parents=True)
    return snapshot


def test_weights_of_the_hub_get_a_tokenizer_and_the_traits_that_are_known(tmp_path: Path) -> None:
    """As FUTO's stand on the hub, with pico's weights: without tokenizer and preprocessor."""
    weights = in_cache(tmp_path, "futo-org/acft-whisper-tiny")
    shutil.copy(PICO / "config.json", weights)
    shutil.copy(PICO / "model.safetensors", weights)
    shutil.copy(PICO / "tokenizer.json", in_cache(tmp_path, "openai/whisper-tiny"))
    done = convert("futo-org/acft-whisper-tiny", tmp_path / "model", HF_HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "added: tokenizer.json of openai/whisper-tiny, preprocessor_config.json" in done.stdout
    assert "alignment heads, for word times: none named: CTranslate2's choice" in done.stdout
    assert json.loads((tmp_path / "model/stt.json").read_text()) == {"encoder_context": "fit"}


def test_a_converted_model_is_measured_at_each_context(tmp_path: Path) -> None:
    [recording] = recordings("short00")
    shutil.copy(FOLDER / recording.name, tmp_path)
    (tmp_path / recording.name).with_suffix(".txt").write_text(recording.text)
    done = convert(PICO, tmp_path / "model", "--evaluate", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "WER %" in done.stdout and "full" in done.stdout and "fit" in done.stdout


def test_recordings_that_are_not_there_are_said_before_the_work(tmp_path: Path) -> None:
    done = convert(PICO, tmp_path / "model", "--evaluate", str(tmp_path / "none"))
    assert done.returncode == 1 and "none: no manifest.json" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--quantization", "int4"], "choose from"),
        (["--context", "half"], "choose from"),
        (["--tokenizer", "/nowhere"], "/nowhere cannot be had from the hub"),
    ],
)
def test_bad_options_are_refused(tmp_path: Path, options: list[str], says: str) -> None:
    done = convert(PICO, tmp_path / "model", *options)
    assert done.returncode != 0 and says in done.stderr and "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
