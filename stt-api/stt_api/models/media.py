"""Read recordings of any format that FFmpeg knows."""

from pathlib import Path

from faster_whisper.audio import decode_audio

from ..session.audio import SAMPLE_RATE, Samples


def read_audio(path: Path) -> Samples:
    """Return mono at 16 kHz; raise OSError or ValueError for what is no recording."""
    samples: Samples = decode_audio(str(path), sampling_rate=SAMPLE_RATE)
    return samples
