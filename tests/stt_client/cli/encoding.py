"""Write recordings in the formats that people have, by FFmpeg."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from stt_testing.recordings import Recording

FORMATS = {  # suffix: codec, Hz, channels
    ".wav": ("pcm_s16le", 16_000, "mono"),
    ".flac": ("flac", 44_100, "stereo"),
    ".mp3": ("libmp3lame", 44_100, "stereo"),
    ".m4a": ("aac", 44_100, "mono"),
    ".ogg": ("libopus", 24_000, "stereo"),
    ".webm": ("libopus", 48_000, "mono"),
}


def encode(recording: Recording, path: Path) -> None:
    """Write a recording in the format of the path's suffix."""
    codec, rate, layout = FORMATS[path.suffix]
    pcm = np.frombuffer(recording.pcm(), np.int16)[np.newaxis]
    frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
    frame.sample_rate = 16_000
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        assert isinstance(stream, av.AudioStream)
        for each in (frame, None):
            container.mux(stream.encode(each))
