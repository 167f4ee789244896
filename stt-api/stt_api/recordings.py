"""Recordings whose texts are known, and the keyterms in them, as an evaluation is given them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, TypeAdapter, ValidationError

from .errors import ClientError, InvalidSetting
from .languages import whisper_language
from .models.media import read_audio
from .models.validation import first_fault
from .protocols.settings import change
from .session.audio import SAMPLE_RATE, Samples
from .session.config import SessionConfig

AUDIO = (".flac", ".m4a", ".mp3", ".ogg", ".opus", ".wav", ".webm")
MARGIN_S = 0.3  # of sound around an utterance

Seconds = Annotated[float, Field(ge=0, strict=True, allow_inf_nan=False)]


class BadRecordings(ClientError):
    """The folder does not hold what an evaluation needs; the message names the file."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text and where it is said, in s; ``end`` is None for the end of the recording."""

    text: str
    start: Seconds = 0.0
    end: Seconds | None = None


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording and what is said in it; ``language`` is Whisper's code, if it is known."""

    path: Path
    language: str | None
    spoken: tuple[Spoken, ...]

    @property
    def text(self) -> str:
        return " ".join(spoken.text for spoken in self.spoken)

    def samples(self) -> Samples:
        """Return all of it at 16 kHz; raise BadRecordings where there is none."""
        try:
            samples = read_audio(self.path)
        except (OSError, ValueError) as error:
            raise BadRecordings(f"{self.path}: cannot be read ({error})") from None
        if not len(samples):
            raise BadRecordings(f"{self.path}: holds no audio")
        return samples

    def utterances(self) -> list[Samples]:
        """Return the sound of each text, with a margin."""
        samples = self.samples()
        return [self._cut(samples, spoken) for spoken in self.spoken]

    def _cut(self, samples: Samples, spoken: Spoken) -> Samples:
        start = max(0, int((spoken.start - MARGIN_S) * SAMPLE_RATE))
        end = len(samples) if spoken.end is None else int((spoken.end + MARGIN_S) * SAMPLE_RATE)
        if not len(utterance := samples[start:end]):
            raise BadRecordings(f"{self.path}: has no audio from {spoken.start} to {spoken.end} s")
        return utterance


class Listed(BaseModel):
    """A recording in a manifest. Other names in it are not read."""

    file: str
    language: Annotated[str, AfterValidator(whisper_language)] | None = None
    utterances: Annotated[list[Spoken], Field(min_length=1)]


MANIFEST = TypeAdapter(list[Listed])


def find_clips(folder: Path) -> list[Clip]:
    """Read ``manifest.json``, or else every recording that has a ``.txt`` of its name."""
    manifest = folder / "manifest.json"
    if manifest.is_file():
        return _listed(manifest)
    if clips := _paired(folder):
        return clips
    raise BadRecordings(f"{folder}: no manifest.json and no recordings with texts")


def _listed(manifest: Path) -> list[Clip]:
    try:
        entries = MANIFEST.validate_json(manifest.read_bytes())
    except ValidationError as error:
        raise BadRecordings(
            f"{manifest}: a list of {{file, language, utterances: [{{text, start, end}}]}} "
            f"is expected; {first_fault(error)}"
        ) from None
    if not entries:
        raise BadRecordings(f"{manifest}: lists no recordings")
    folder = manifest.parent
    return [Clip(folder / each.file, each.language, tuple(each.utterances)) for each in entries]


def _paired(folder: Path) -> list[Clip]:
    recordings = sorted(path for path in folder.glob("*") if path.suffix.lower() in AUDIO)
    clips = []
    for path in recordings:
        text = path.with_suffix(".txt")
        if not text.is_file():
            raise BadRecordings(f"{path}: there is no {text.name} with its text")
        clips.append(Clip(path, None, (Spoken(_read_text(text).strip()),)))
    return clips


def read_keyterms(file: Path) -> tuple[str, ...]:
    """Return the terms of a file, one a line, each once; as many as a client may send."""
    terms = list(dict.fromkeys(filter(None, map(str.strip, _read_text(file).splitlines()))))
    if not terms:
        raise BadRecordings(f"{file}: holds no keyterms; one a line is expected")
    try:
        return change(SessionConfig(), {"keyterms": terms}, ()).decoding.keyterms
    except InvalidSetting as error:
        raise BadRecordings(f"{file}: {error}") from None


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRecordings(f"{file}: not UTF-8 ({error.reason} at byte {error.start})") from None
    except OSError as error:
        raise BadRecordings(f"{file}: cannot be read ({error.strerror})") from None
