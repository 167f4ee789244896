"""stt-api evaluate on recordings of the repository, with the real pico."""

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from stt_api.recordings import find_clips
from stt_testing.recordings import FOLDER, recordings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two recordings, each with its text."""
    for recording in recordings("short0")[:2]:
        shutil.copy(FOLDER / recording.name, tmp_path)
        (tmp_path / recording.name).with_suffix(".txt").write_text(recording.text)
    return tmp_path


def evaluate(
    *arguments: str, model: str = "pico", **settings: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "stt_api", "evaluate", *arguments]
    environment = {**os.environ, "WHISPER_MODEL_SIZE": model, **settings}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100)


def test_a_model_is_measured_in_every_way_that_was_asked_for(folder: Path) -> None:
    files = {"--csv": folder / "rows.csv", "--json": folder / "rows.json"}
    named = [part for name, path in files.items() for part in (name, str(path))]
    done = evaluate(str(folder), "--beams", "1", "2", *named)
    assert done.returncode == 0, done.stderr
    rows = json.loads(files["--json"].read_text())
    assert [(row["context"], row["beams"], row["way"]) for row in rows] == [
        (context, beams, way)
        for context in ("full", "padded", "fit")
        for beams in (1, 2)
        for way in ("offline", "streaming")
    ]
    assert {(row["errors"], row["words"]) for row in rows} == {(0, 14)}
    assert all(0 < row["rtf"] < 10 for row in rows)
    assert len(list(csv.DictReader(files["--csv"].open()))) == len(rows)
    assert "WER %" in done.stdout and "0/14" in done.stdout


def test_utterances_of_a_manifest_are_heard_one_by_one(tmp_path: Path) -> None:
    [dialogue] = recordings("dialogue1")
    shutil.copy(FOLDER / dialogue.name, tmp_path)
    entries = json.loads((FOLDER / "manifest.json").read_text())
    own = [entry for entry in entries if entry["file"] == dialogue.name]
    (tmp_path / "manifest.json").write_text(json.dumps(own))
    [clip] = find_clips(tmp_path)
    assert (clip.text, clip.language) == (dialogue.text, "en")
    rows = tmp_path / "rows.json"
    done = evaluate(str(tmp_path), "--contexts", "fit", "--json", str(rows))
    assert done.returncode == 0, done.stderr
    assert [row["wer"] <= 0.025 for row in json.loads(rows.read_text())] == [True, True]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--compute-types", "int8", "int3"], "--compute-types int3: allowed on this"),
        (["--contexts", "half"], "choose from"),
        (["--beams", "0"], "argument --beams: invalid choice: 0 (choose from 1, 2"),
        (["--beams", "many"], "argument --beams: "),
        (["--language", "klingon"], "argument --language: 'klingon' is no language"),
        (["--language", "yue"], "short00.flac: pico does not know the language yue"),
        (["--keyterms", "/no/such/terms"], "/no/such/terms: cannot be read"),
        (["--csv", "/no/such/folder/rows.csv"], "argument --csv: /no/such/folder/rows.csv cannot"),
        (["--json", "/"], "argument --json: / cannot be written"),
    ],
)
def test_what_cannot_be_measured_is_said_without_a_traceback(
    folder: Path, options: list[str], says: str
) -> None:
    done = evaluate(str(folder), *options)
    assert done.returncode != 0
    assert says in done.stderr and "Traceback" not in done.stderr


GERMAN_ONLY = {"STT_LANGUAGES": "de"}


@pytest.mark.parametrize(
    ("options", "settings", "is_heard"),
    [
        ([], {}, True),
        ([], {"STT_LANGUAGE": "de"}, False),
        ([], GERMAN_ONLY, False),
        (["--language", "en"], {"STT_LANGUAGE": "de"}, True),
        (["--language", "auto"], {"STT_LANGUAGE": "de"}, True),
        (["--language", "auto"], {"STT_LANGUAGE": "en", **GERMAN_ONLY}, False),
    ],
)
def test_languages_are_those_of_the_clips_the_command_and_the_server_in_this_order(
    folder: Path, options: list[str], settings: dict[str, str], is_heard: bool
) -> None:
    rows = folder / "rows.json"
    done = evaluate(str(folder), "--contexts", "fit", "--json", str(rows), *options, **settings)
    assert done.returncode == 0, done.stderr
    assert [row["errors"] == 0 for row in json.loads(rows.read_text())] == [is_heard] * 2


def test_a_language_of_the_server_that_the_model_does_not_know_is_refused(folder: Path) -> None:
    done = evaluate(str(folder), STT_LANGUAGES="en,yue")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("stt-api: STT_LANGUAGES: unknown to the model")


def test_keyterms_are_measured_in_pairs_of_rows_without_and_with_them(folder: Path) -> None:
    text = " ".join(path.read_text() for path in folder.glob("*.txt")).lower()
    (folder / "terms").write_text("seven\nOslo\n")
    rows = folder / "rows.json"
    named = ["--keyterms", str(folder / "terms"), "--json", str(rows)]
    done = evaluate(str(folder), "--contexts", "fit", *named)
    assert done.returncode == 0, done.stderr
    measured = json.loads(rows.read_text())
    assert [(row["way"], row["keyterms"]) for row in measured] == [
        (way, keyterms) for way in ("offline", "streaming") for keyterms in (False, True)
    ]
    assert {row["terms_said"] for row in measured} == {text.count("seven")} != {0}
    without = [row for row in measured if not row["keyterms"]]
    assert {(row["terms_found"], row["terms_invented"]) for row in without} == {
        (text.count("seven"), 0)
    }
    assert "found/said" in done.stdout and "without" in done.stdout


def test_silence_whose_text_is_empty_counts_its_errors_and_no_rate(folder: Path) -> None:
    for file in folder.glob("short*"):
        file.unlink()
    soundfile.write(folder / "hum.wav", np.zeros(16_000, np.float32), 16_000)
    (folder / "hum.txt").touch()
    rows = folder / "rows.json"
    done = evaluate(str(folder), "--contexts", "fit", "--json", str(rows))
    assert done.returncode == 0, done.stderr
    assert [(row["wer"], row["words"]) for row in json.loads(rows.read_text())] == [(None, 0)] * 2
    assert "–" in done.stdout and "%" in done.stdout


def not_sound(folder: Path) -> None:
    (folder / "short01.flac").write_text("not sound")


def of_more_than_half_a_minute(folder: Path) -> None:
    soundfile.write(folder / "short01.flac", np.zeros(31 * 16_000), 16_000)


def said_where_nothing_is(folder: Path) -> None:
    said = {"text": "x", "start": 3600, "end": 3601}
    entry = {"file": "short01.flac", "utterances": [said]}
    (folder / "manifest.json").write_text(json.dumps([entry]))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (not_sound, "holds no audio"),
        (of_more_than_half_a_minute, "longer than 30 s; offline needs"),
        (said_where_nothing_is, "has no audio from 3600"),
    ],
)
def test_a_recording_that_cannot_be_measured_is_named_before_the_model_is_loaded(
    folder: Path, spoil: Callable[[Path], None], says: str
) -> None:
    spoil(folder)
    done = evaluate(str(folder), model="/no/such/model")
    assert done.returncode == 1
    assert f"short01.flac: {says}" in done.stderr and "/no/such/model" not in done.stderr


def test_a_long_recording_may_be_measured_in_a_session(folder: Path) -> None:
    of_more_than_half_a_minute(folder)
    done = evaluate(str(folder), "--ways", "streaming", model="/no/such/model")
    assert "short01.flac" not in done.stderr and "/no/such/model" in done.stderr
