"""stt-api evaluate: word error rate and speed of a model on your own recordings, as a table."""

import argparse
import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import product

from .config import Settings
from .engine.devices import check_device
from .engine.models import EncoderContext, find_model
from .engine.silero import load_silero
from .engine.whisper import WhisperConfig, WhisperTranscriber
from .errors import ClientError, InvalidSetting
from .evaluation import Heard, hear_offline, hear_streaming, words
from .recordings import BadRecordings, Clip, find_clips
from .session.decoding import DecodeOptions

try:
    import jiwer
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table
except ImportError as error:
    raise SystemExit(
        'stt-api evaluate needs more packages: pip install "stt-api[evaluate]"'
    ) from error


@dataclass(frozen=True, slots=True)
class Row:
    """``wer`` and ``rtf`` are ratios: errors to words, processing to audio time.

    ``wer`` is None where nothing is said: what is heard there is errors all the same.
    """

    way: str
    context: str
    beams: int
    compute_type: str
    wer: float | None
    errors: int
    words: int
    rtf: float
    audio_s: float


def evaluate(options: argparse.Namespace, settings: Settings) -> None:
    """Raise ModelUnavailable, or ClientError for what the operator has given."""
    _check_compute_types(options, settings)
    clips = [
        replace(clip, language=clip.language or options.language)
        for clip in find_clips(options.folder)
    ]
    console = Console(width=max(100, Console().width))
    with Progress(console=console, transient=True) as progress:
        rows = list(_rows(options, settings, clips, progress))
    console.print(_table(settings.model, rows))
    _write(options, rows)


def _check_compute_types(options: argparse.Namespace, settings: Settings) -> None:
    """Refuse before hours of work what would end them."""
    base = settings.whisper()[0]
    check_device(base.device, base.device_index, base.compute_type)
    for compute_type in options.compute_types or ():
        try:
            check_device(base.device, base.device_index, compute_type)
        except InvalidSetting as error:
            raise ClientError(f"--compute-types {compute_type}: {error.problem}") from None


def _rows(
    options: argparse.Namespace, settings: Settings, clips: list[Clip], progress: Progress
) -> Iterator[Row]:
    for transcriber in _transcribers(options, settings):
        _check_languages(clips, transcriber)
        for way in options.ways:
            hear = _hearing(way, transcriber, settings)
            config = transcriber.config
            title = f"{way}, {transcriber.encoder_context}, {config.beam_size} beam(s)"
            heard = [hear(clip) for clip in progress.track(clips, description=title)]
            yield _row(way, transcriber, heard)


def _check_languages(clips: list[Clip], transcriber: WhisperTranscriber) -> None:
    known = transcriber.languages
    for clip in clips:
        if clip.language not in (None, *known):
            raise BadRecordings(
                f"{clip.path}: {transcriber.name} does not know the language {clip.language}; "
                f"it knows: {', '.join(sorted(known))}"
            )


def _transcribers(options: argparse.Namespace, settings: Settings) -> Iterator[WhisperTranscriber]:
    source = find_model(settings.model)
    base = settings.whisper()[0]
    for compute_type in options.compute_types or [base.compute_type]:
        loaded = WhisperTranscriber(source, replace(base, compute_type=compute_type, workers=1))
        loaded.warm_up()
        for context, beams in product(options.contexts, options.beams):
            yield loaded.using(EncoderContext(context), beams)


def _hearing(
    way: str, transcriber: WhisperTranscriber, settings: Settings
) -> Callable[[Clip], Heard]:
    def decoding(clip: Clip) -> DecodeOptions:
        return DecodeOptions(language=clip.language)

    if way == "offline":
        return lambda clip: hear_offline(clip, transcriber, decoding(clip))
    speech_model, config = load_silero(), settings.session()
    return lambda clip: hear_streaming(
        clip, transcriber, speech_model, replace(config, decoding=decoding(clip))
    )


def _row(way: str, transcriber: WhisperTranscriber, heard: list[Heard]) -> Row:
    config: WhisperConfig = transcriber.config
    references = [words(each.reference) for each in heard]
    aligned = jiwer.process_words(
        [" ".join(reference) for reference in references],
        [" ".join(words(each.text)) for each in heard],
    )
    errors = aligned.substitutions + aligned.deletions + aligned.insertions
    total = sum(map(len, references))
    audio_s = sum(each.audio_s for each in heard)
    return Row(
        way=way,
        context=str(transcriber.encoder_context),
        beams=config.beam_size,
        compute_type=config.compute_type,
        wer=errors / total if total else None,
        errors=errors,
        words=total,
        rtf=sum(each.seconds for each in heard) / audio_s,
        audio_s=audio_s,
    )


def _table(model: str, rows: list[Row]) -> Table:
    table = Table("way", "context", "beams", "compute type", "WER %", "errors/words", "RTF")
    table.title = f"{model}, {rows[0].audio_s:.0f} s"
    for row in rows:
        table.add_row(
            row.way,
            row.context,
            str(row.beams),
            row.compute_type,
            "–" if row.wer is None else f"{100 * row.wer:.2f}",
            f"{row.errors}/{row.words}",
            f"{row.rtf:.3f}",
        )
    return table


def _write(options: argparse.Namespace, rows: list[Row]) -> None:
    data = [asdict(row) for row in rows]
    if options.json:
        options.json.write_text(json.dumps(data, indent=1))
    if options.csv:
        with options.csv.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(data[0]))
            writer.writeheader()
            writer.writerows(data)
