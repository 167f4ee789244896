import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from stt_api.recordings import BadRecordings, Clip, Spoken, find_clips, read_keyterms
from stt_testing.recordings import FOLDER, recordings

[RECORDING] = recordings("short00")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A recording with its text."""
    shutil.copy(FOLDER / RECORDING.name, tmp_path)
    (tmp_path / "short00.txt").write_text(f" {RECORDING.text}\n")
    return tmp_path


def write_manifest(folder: Path, *entries: Any) -> None:
    (folder / "manifest.json").write_text(json.dumps(entries))


def test_a_recording_and_its_text_have_one_name(folder: Path) -> None:
    assert find_clips(folder) == [
        Clip(folder / RECORDING.name, None, (Spoken(RECORDING.text, 0.0, None),))
    ]


def test_a_text_may_be_empty_and_may_begin_with_a_mark_of_its_encoding(folder: Path) -> None:
    (folder / "short00.txt").write_bytes(b"\xef\xbb\xbf")
    [clip] = find_clips(folder)
    assert clip.text == ""


def test_a_manifest_goes_before_texts_and_takes_any_name_of_a_language(folder: Path) -> None:
    said = {"text": "Seven", "start": 0, "end": 1.5, "speaker": "x"}
    write_manifest(folder, {"file": RECORDING.name, "language": "en-US", "utterances": [said]})
    [clip] = find_clips(folder)
    assert (clip.language, clip.spoken) == ("en", (Spoken("Seven", 0.0, 1.5),))
    [sound] = clip.utterances()
    assert len(sound) == 1.8 * 16_000


def test_a_folder_without_recordings_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadRecordings, match="no recordings with texts"):
        find_clips(tmp_path)


def test_a_recording_without_its_text_is_named(folder: Path) -> None:
    (folder / "extra.wav").touch()
    with pytest.raises(BadRecordings, match=r"extra\.wav: there is no extra\.txt"):
        find_clips(folder)


def test_a_text_that_is_not_utf_8_is_named(folder: Path) -> None:
    (folder / "short00.txt").write_bytes("Fünf".encode("latin-1"))
    with pytest.raises(BadRecordings, match=r"short00\.txt: not UTF-8 .* byte 1"):
        find_clips(folder)


GOOD: dict[str, Any] = {"file": "a.wav", "utterances": [{"text": "x", "start": 0, "end": 1}]}


@pytest.mark.parametrize(
    ("entry", "where"),
    [
        ({"name": "x"}, "0.file: "),
        ("a.wav", "0: "),
        ({**GOOD, "utterances": []}, "0.utterances: "),
        ({**GOOD, "language": "klingon"}, "0.language: .*'klingon' is no language"),
        ({**GOOD, "language": 5}, "0.language: "),
        ({**GOOD, "utterances": [{"text": "x", "start": "0"}]}, "0.utterances.0.start: "),
        ({**GOOD, "utterances": [{"text": "x", "start": -1}]}, "0.utterances.0.start: "),
        ({**GOOD, "utterances": [{"start": 0}]}, "0.utterances.0.text: "),
    ],
)
def test_a_manifest_that_is_none_is_explained_with_the_place(
    tmp_path: Path, entry: object, where: str
) -> None:
    write_manifest(tmp_path, entry)
    with pytest.raises(BadRecordings, match=rf"manifest\.json: a list of .*file, .*; {where}"):
        find_clips(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[" * 100_000])
def test_a_manifest_that_is_no_list_is_explained(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(BadRecordings, match=r"manifest\.json: a list of "):
        find_clips(tmp_path)


def test_a_manifest_that_lists_nothing_is_named(tmp_path: Path) -> None:
    write_manifest(tmp_path)
    with pytest.raises(BadRecordings, match=r"manifest\.json: lists no recordings"):
        find_clips(tmp_path)


def test_what_is_no_recording_is_named(tmp_path: Path) -> None:
    (tmp_path / "noise.wav").write_text("not sound")
    for path in (tmp_path / "noise.wav", tmp_path / "nothing.wav"):
        with pytest.raises(BadRecordings, match=rf"{path.name}: cannot be read"):
            Clip(path, None, (Spoken("x"),)).samples()


def test_a_recording_without_audio_is_named(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "empty.wav", np.zeros(0, np.float32), 16_000)
    with pytest.raises(BadRecordings, match=r"empty\.wav: (holds no audio|cannot be read)"):
        Clip(tmp_path / "empty.wav", None, (Spoken("x"),)).samples()


@pytest.mark.parametrize(("start", "end"), [(3600.0, 3601.0), (3600.0, None), (2.0, 1.0)])
def test_an_utterance_outside_its_recording_is_named(
    folder: Path, start: float, end: float | None
) -> None:
    clip = Clip(folder / RECORDING.name, None, (Spoken("x", start, end),))
    with pytest.raises(BadRecordings, match=rf"short00\.flac: has no audio from {start} to {end}"):
        clip.utterances()


def test_keyterms_are_the_lines_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "terms.txt").write_text("\ufeffOslo\n\n  New York, NY \r\nOslo\n", encoding="utf-8")
    assert read_keyterms(tmp_path / "terms.txt") == ("Oslo", "New York, NY")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\n \n", "holds no keyterms"),
        (b"\xff", "not UTF-8"),
        (b"x" * 101, "keyterms: .*100 characters"),
        (b"\n".join(b"%d" % n for n in range(101)), "keyterms: .*a list of up to 100 strings"),
    ],
)
def test_keyterms_that_no_client_could_send_are_refused_with_their_file(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    (tmp_path / "terms.txt").write_bytes(content)
    with pytest.raises(BadRecordings, match=rf"terms\.txt: {problem}"):
        read_keyterms(tmp_path / "terms.txt")


def test_a_file_of_keyterms_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadRecordings, match=r"terms\.txt: cannot be read \(No such file"):
        read_keyterms(tmp_path / "terms.txt")
