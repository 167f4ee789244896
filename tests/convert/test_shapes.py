"""Pico at a bigger Whisper's geometry. Needs torch: make test-convert."""

from pathlib import Path

import pytest

from stt_api.models.sources import find_model
from stt_api.models.whisper import WhisperConfig, WhisperTranscriber
from stt_api.session.decoding import DecodeOptions, DecodeRequest
from stt_testing.recordings import recordings

pytest.importorskip("torch", reason="make test-convert has torch")
from bench import shapes


def words(model: str) -> list[str]:
    transcriber = WhisperTranscriber(find_model(model), WhisperConfig())
    requests = (
        DecodeRequest(recording.samples(), DecodeOptions(language="en"), final=True)
        for recording in recordings("short0")
    )
    return [transcriber.transcribe_once(request).text for request in requests]


def test_a_wider_pico_says_the_same_words(tmp_path: Path) -> None:
    shapes.write("base", tmp_path / "base")
    assert words(str(tmp_path / "base")) == words("pico")


def test_a_shape_that_is_there_is_not_written_again(tmp_path: Path) -> None:
    shapes.write("base", tmp_path)
    assert list(tmp_path.iterdir()) == []
