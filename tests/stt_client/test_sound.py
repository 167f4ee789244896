"""A WAV file of any shape becomes mono PCM; any other file is refused in words."""

from __future__ import annotations

import io
import wave
from array import array
from pathlib import Path

import pytest
from custom_stt_client import StreamOptions
from custom_stt_client.sound import read_sound

OPTIONS = StreamOptions(language="de")


def wav(samples: list[int], rate: int = 16_000, channels: int = 1, width: int = 2) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(width)
        writer.setframerate(rate)
        writer.writeframes(array("h", samples).tobytes())
    return file.getvalue()


@pytest.mark.parametrize(
    ("channels", "samples", "mono"),
    [(1, [1, -2], [1, -2]), (2, [10, 20, -30, -10], [15, -20]), (3, [32767] * 3, [32767])],
)
def test_a_wav_file_becomes_mono_at_its_own_rate(
    channels: int, samples: list[int], mono: list[int]
) -> None:
    sound = read_sound(wav(samples, 44_100, channels), OPTIONS)
    assert array("h", sound.pcm).tolist() == mono
    assert sound.options == StreamOptions(language="de", sample_rate=44_100)


def test_a_file_is_read_from_its_path(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav([1, 2, 3]))
    assert read_sound(path, OPTIONS) == read_sound(str(path), OPTIONS)
    assert len(read_sound(path, OPTIONS).pcm) == 6


def test_other_bytes_are_pcm_at_the_rate_of_the_options() -> None:
    assert read_sound(b"\1\0\2\0", OPTIONS).pcm == b"\1\0\2\0"


@pytest.mark.parametrize("data", [b"", b"ID3\4", wav([1, 2], width=1), wav([1])[:20]])
def test_what_is_no_such_file_is_refused_with_its_name(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"song\.mp3: no WAV file of 16-bit PCM"):
        read_sound(path, OPTIONS)


def test_a_rate_that_no_server_takes_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^sample_rate must be an integer between 8000 and 48000"):
        read_sound(wav([1], rate=96_000), OPTIONS)


async def test_it_is_sent_in_pieces_of_a_second() -> None:
    sound = read_sound(bytes(80_000), OPTIONS)
    assert [len(piece) async for piece in sound.pieces()] == [32_000, 32_000, 16_000]
