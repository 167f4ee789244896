import io

import numpy as np
import pytest
import soundfile

from stt_api.errors import InvalidFrame
from stt_api.session.audio import (
    AudioBuffer,
    AudioFormat,
    Encoding,
    PcmDecoder,
    quietest,
    to_pcm,
)

ALL_CODES = bytes(range(256))


@pytest.mark.parametrize(("encoding", "subtype"), [("mulaw", "ULAW"), ("alaw", "ALAW")])
def test_every_g711_code_decodes_as_libsndfile_decodes_it(encoding: str, subtype: str) -> None:
    expected, _ = soundfile.read(
        io.BytesIO(ALL_CODES),
        format="RAW",
        subtype=subtype,
        channels=1,
        samplerate=8000,
        dtype="float32",
    )
    decoder = PcmDecoder(AudioFormat(Encoding(encoding)))
    assert decoder.decode(ALL_CODES).tolist() == expected.tolist()


def test_linear16_is_little_endian_and_full_scale_is_one() -> None:
    pcm = np.array([-32768, 0, 16384], "<i2").tobytes()
    assert PcmDecoder(AudioFormat()).decode(pcm).tolist() == [-1.0, 0.0, 0.5]


def test_samples_become_linear16_without_turning_over_beyond_full_scale() -> None:
    samples = np.array([-1.5, -1.0, 0.0, 0.25, 1.5], np.float32)
    sent = np.frombuffer(to_pcm(samples), "<i2")
    assert sent.tolist() == [-32767, -32767, 0, 8191, 32767]


def test_stereo_is_mixed_down() -> None:
    pcm = np.array([[16384, 0], [-16384, 16384]], "<i2").tobytes()
    assert PcmDecoder(AudioFormat(channels=2)).decode(pcm).tolist() == [0.25, 0.0]


@pytest.mark.parametrize(
    ("audio", "size", "needed"),
    [(AudioFormat(), 3, "2"), (AudioFormat(channels=2), 6, "4")],
)
def test_a_cut_sample_is_an_error_that_says_what_is_needed(
    audio: AudioFormat, size: int, needed: str
) -> None:
    with pytest.raises(InvalidFrame, match=f"audio: {size} bytes .* multiple of {needed}"):
        PcmDecoder(audio).decode(bytes(size))


@pytest.mark.parametrize("rate", [8_000, 11_025, 24_000, 44_100, 48_000])
def test_any_split_into_messages_resamples_to_the_same_audio(rate: int) -> None:
    random = np.random.default_rng(rate)
    pcm = random.integers(-20_000, 20_000, rate, "<i2").tobytes()
    decoded = []
    for size in (len(pcm), 320, 2):
        decoder = PcmDecoder(AudioFormat(sample_rate=rate))
        parts = [decoder.decode(pcm[at : at + size]) for at in range(0, len(pcm), size)]
        decoded.append(np.concatenate([*parts, decoder.flush()]))
    assert len(decoded[0]) == pytest.approx(16_000, abs=2)
    assert all(np.array_equal(other, decoded[0]) for other in decoded[1:])


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("frame_s", [0.02, 0.0001, 0.51])
def test_the_clock_does_not_drift_however_often_the_stream_is_flushed(
    rate: int, frame_s: float
) -> None:
    decoder = PcmDecoder(AudioFormat(sample_rate=rate))
    frame = int(rate * frame_s) + 1
    decoded = 0
    for frames in range(1, 501):
        decoded += len(decoder.decode(bytes(2 * frame))) + len(decoder.flush())
        assert abs(decoded - frames * frame * 16_000 / rate) <= 0.5


def test_a_flush_without_audio_gives_none() -> None:
    decoder = PcmDecoder(AudioFormat(sample_rate=11_025))
    decoder.decode(bytes(2 * 220))
    assert [len(decoder.flush()) for _ in range(3)] == [319, 0, 0]


def test_a_buffer_is_addressed_by_position_after_it_forgot_its_start() -> None:
    buffer = AudioBuffer()
    for start in range(0, 100_000, 1_000):
        buffer.append(np.arange(start, start + 1_000, dtype=np.float32))
        buffer.discard_before(start - 5_000)
    assert (buffer.start, buffer.end) == (94_000, 100_000)
    assert buffer.read(95_500, 95_503).tolist() == [95_500, 95_501, 95_502]


def test_audio_that_is_forgotten_stays_forgotten() -> None:
    buffer = AudioBuffer()
    buffer.append(np.arange(10, dtype=np.float32))
    buffer.discard_before(8)
    buffer.discard_before(2)
    assert (buffer.start, buffer.read(8, 10).tolist()) == (8, [8, 9])


def test_the_quietest_moment_is_the_middle_of_the_quietest_span() -> None:
    samples = np.ones(1_000, np.float32)
    samples[600:700] = 0.1
    assert quietest(samples, 100) == 650
