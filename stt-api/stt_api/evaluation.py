"""How well and how fast a model hears recordings whose texts are known. Prints nothing."""

import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .engine.batch_key import LONGEST_S
from .engine.files import read_audio
from .engine.whisper import WhisperTranscriber
from .errors import ClientError
from .session.audio import SAMPLE_RATE, Samples
from .session.config import SessionConfig
from .session.decoding import DecodeOptions, DecodeRequest
from .session.events import EndReason, Final
from .session.session import Session
from .session.vad import SpeechDetector, SpeechModel

MARGIN_S = 0.3  # of sound around an utterance that is decoded offline
AUDIO = (".flac", ".m4a", ".mp3", ".ogg", ".opus", ".wav", ".webm")


class BadRecordings(ClientError):
    """The folder does not hold what an evaluation needs; the message names the file."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text and where it is said, in s; ``end`` is None for the end of the recording."""

    text: str
    start: float = 0.0
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Clip:
    path: Path
    language: str | None
    spoken: tuple[Spoken, ...]

    @property
    def text(self) -> str:
        return " ".join(spoken.text for spoken in self.spoken)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a model made of one clip. ``seconds`` of work for ``audio_s`` of sound."""

    reference: str
    text: str
    seconds: float
    audio_s: float


def find_clips(folder: Path) -> list[Clip]:
    """Read ``manifest.json``, or else every recording that has a ``.txt`` of its name."""
    manifest = folder / "manifest.json"
    clips = _listed(manifest) if manifest.is_file() else _paired(folder)
    if not clips:
        raise BadRecordings(f"{folder}: no manifest.json and no recordings with texts")
    return clips


def _listed(manifest: Path) -> list[Clip]:
    try:
        return [
            Clip(
                manifest.parent / entry["file"],
                entry.get("language"),
                tuple(Spoken(u["text"], u["start"], u["end"]) for u in entry["utterances"]),
            )
            for entry in json.loads(manifest.read_text())
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise BadRecordings(
            f"{manifest}: a list of {{file, language, utterances: [{{text, start, end}}]}} "
            f"is expected ({error!r})"
        ) from None


def _paired(folder: Path) -> list[Clip]:
    recordings = sorted(path for path in folder.glob("*") if path.suffix.lower() in AUDIO)
    clips = []
    for path in recordings:
        text = path.with_suffix(".txt")
        if not text.is_file():
            raise BadRecordings(f"{path}: there is no {text.name} with its text")
        clips.append(Clip(path, None, (Spoken(text.read_text().strip()),)))
    return clips


def words(text: str) -> list[str]:
    """Split a text without case and punctuation; apostrophes stay."""
    return re.findall(r"[\w']+", text.lower())


def hear_offline(clip: Clip, transcriber: WhisperTranscriber, options: DecodeOptions) -> Heard:
    """Decode each utterance alone, as a whole."""
    texts, seconds, audio_s = [], 0.0, 0.0
    for samples in _utterances(clip):
        began = time.perf_counter()
        transcript = transcriber.transcribe_alone(DecodeRequest(samples, options, final=True))
        seconds += time.perf_counter() - began
        audio_s += len(samples) / SAMPLE_RATE
        texts.append(transcript.text)
    return Heard(clip.text, " ".join(texts), seconds, audio_s)


def _utterances(clip: Clip) -> Iterator[Samples]:
    samples = _read(clip)
    for spoken in clip.spoken:
        start = max(0, int((spoken.start - MARGIN_S) * SAMPLE_RATE))
        end = len(samples) if spoken.end is None else int((spoken.end + MARGIN_S) * SAMPLE_RATE)
        utterance = samples[start:end]
        if len(utterance) > LONGEST_S * SAMPLE_RATE:
            raise BadRecordings(
                f"{clip.path}: longer than {LONGEST_S} s; offline needs the times of its "
                "utterances in a manifest.json, or leave it out with --ways streaming"
            )
        yield utterance


def hear_streaming(
    clip: Clip,
    transcriber: WhisperTranscriber,
    speech_model: SpeechModel,
    config: SessionConfig,
) -> Heard:
    """Send the recording through a session, as a client would, without interims."""
    samples = _read(clip)
    session = Session(replace(config, interim_results=False), SpeechDetector(speech_model))
    pcm = (samples.clip(-1, 1) * 32767).astype("<i2").tobytes()
    finals: list[Final] = []
    began = time.perf_counter()
    for start in range(0, len(pcm), 2 * SAMPLE_RATE):
        session.receive_audio(pcm[start : start + 2 * SAMPLE_RATE])
        finals += _answer(session, transcriber)
    session.end(EndReason.END_OF_STREAM)
    finals += _answer(session, transcriber)
    seconds = time.perf_counter() - began
    text = " ".join(final.text for final in finals)
    return Heard(clip.text, text, seconds, len(samples) / SAMPLE_RATE)


def _answer(session: Session, transcriber: WhisperTranscriber) -> Sequence[Final]:
    while request := session.request_to_decode():
        session.receive_transcript(transcriber.transcribe_alone(request))
    return [event for event in session.events_to_send() if isinstance(event, Final)]


def _read(clip: Clip) -> Samples:
    try:
        return read_audio(clip.path)
    except (OSError, ValueError) as error:
        raise BadRecordings(f"{clip.path}: cannot be read ({error})") from None
