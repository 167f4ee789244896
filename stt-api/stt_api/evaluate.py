"""stt-api evaluate: word error rate and speed of a model on your own recordings, as a table."""

import argparse
import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import product

from .config import Settings
from .errors import ClientError, InvalidSetting
from .languages import whisper_language
from .models.devices import check_device
from .models.silero import load_silero
from .models.sources import find_model
from .models.traits import EncoderContext
from .models.whisper import WhisperConfig, WhisperTranscriber
from .protocols.settings import check_languages
from .recordings import BadRecordings, Clip, find_clips, read_keyterms
from .session.decoding import DecodeOptions

try:
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table

    from .evaluation import (
        Heard,
        TermCount,
        check_clip,
        count_terms,
        hear_offline,
        hear_streaming,
    )
    from .word_errors import word_errors, words
except ImportError as error:
    raise SystemExit(
        "stt-api evaluate needs more packages: install stt-api with the extra [evaluate]"
    ) from error


@dataclass(frozen=True, slots=True)
class Row:
    """``wer`` and ``rtf`` are ratios: errors to words, processing to audio time.

    ``wer`` is None where nothing is said: what is heard there is errors all the same. ``keyterms``
    tells if the model was told of them; ``terms_`` count them in any case. ``redone`` is the share
    of finals that were decoded again.
    """

    way: str
    context: str
    beams: int
    compute_type: str
    keyterms: bool
    wer: float | None
    errors: int
    words: int
    terms_said: int
    terms_found: int
    terms_invented: int
    redone: float
    rtf: float
    audio_s: float


def evaluate(options: argparse.Namespace, settings: Settings) -> None:
    """Raise ModelUnavailable, or ClientError for what the operator has given."""
    _check_compute_types(options, settings)
    clips = [
        replace(clip, language=_language(clip, options, settings))
        for clip in find_clips(options.folder)
    ]
    keyterms = read_keyterms(options.keyterms) if options.keyterms else ()
    console = Console(width=max(120, Console().width))
    with Progress(console=console, transient=True) as progress:
        for clip in progress.track(clips, description="reading"):  # the last may be the bad one
            check_clip(clip, offline="offline" in options.ways)
        rows = list(_rows(options, settings, clips, keyterms, progress))
    console.print(_table(settings.model, rows))
    _write(options, rows)


def _language(clip: Clip, options: argparse.Namespace, settings: Settings) -> str | None:
    """Return the clip's own, else the command's, else the server's; None to detect it."""
    named = clip.language or options.language or settings.language
    return named and whisper_language(named)


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
    options: argparse.Namespace,
    settings: Settings,
    clips: list[Clip],
    keyterms: tuple[str, ...],
    progress: Progress,
) -> Iterator[Row]:
    for transcriber in _transcribers(options, settings):
        decoding = settings.session(transcriber.traits).decoding
        check_languages(decoding, transcriber.languages)
        _check_languages(clips, transcriber)
        for way, told in product(options.ways, dict.fromkeys([(), keyterms])):
            hear = _hearing(way, transcriber, settings, told)
            config = transcriber.config
            title = f"{way}, {transcriber.contexts.finals}, {config.beam_size} beam(s)"
            heard = [hear(clip) for clip in progress.track(clips, description=title)]
            yield _row(way, transcriber, heard, bool(told), count_terms(keyterms, heard))


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
    way: str, transcriber: WhisperTranscriber, settings: Settings, keyterms: tuple[str, ...]
) -> Callable[[Clip], Heard]:
    config = settings.session(transcriber.traits)

    def decoding(clip: Clip) -> DecodeOptions:
        return replace(config.decoding, language=clip.language, keyterms=keyterms)

    if way == "offline":
        return lambda clip: hear_offline(clip, transcriber, decoding(clip))
    speech_model = load_silero()
    return lambda clip: hear_streaming(
        clip, transcriber, speech_model, replace(config, decoding=decoding(clip))
    )


def _row(
    way: str,
    transcriber: WhisperTranscriber,
    heard: list[Heard],
    keyterms: bool,
    terms: TermCount,
) -> Row:
    config: WhisperConfig = transcriber.config
    errors = sum(word_errors(each.reference, each.text) for each in heard)
    total = sum(len(words(each.reference)) for each in heard)
    audio_s = sum(each.audio_s for each in heard)
    return Row(
        way=way,
        context=str(transcriber.contexts.finals),
        beams=config.beam_size,
        compute_type=config.compute_type,
        keyterms=keyterms,
        wer=errors / total if total else None,
        errors=errors,
        words=total,
        terms_said=terms.said,
        terms_found=terms.found,
        terms_invented=terms.invented,
        redone=sum(each.redone for each in heard) / max(1, sum(each.finals for each in heard)),
        rtf=sum(each.seconds for each in heard) / audio_s,
        audio_s=audio_s,
    )


def _table(model: str, rows: list[Row]) -> Table:
    in_pairs = any(row.keyterms for row in rows)
    shown = [_cells(row, in_pairs) for row in rows]
    table = Table(*shown[0], title=f"{model}, {rows[0].audio_s:.0f} s")
    for cells in shown:
        table.add_row(*cells.values())
    return table


def _cells(row: Row, with_terms: bool) -> dict[str, str]:
    """Return what the table shows of a row, by column."""
    terms = {
        "keyterms": "with" if row.keyterms else "without",
        "found/said": f"{row.terms_found}/{row.terms_said}",
        "invented": str(row.terms_invented),
    }
    return {
        "way": row.way,
        "context": row.context,
        "beams": str(row.beams),
        "compute type": row.compute_type,
        "WER %": "–" if row.wer is None else f"{100 * row.wer:.2f}",
        "errors/words": f"{row.errors}/{row.words}",
        **(terms if with_terms else {}),
        "redone %": f"{100 * row.redone:.1f}",
        "RTF": f"{row.rtf:.3f}",
    }


def _write(options: argparse.Namespace, rows: list[Row]) -> None:
    data = [asdict(row) for row in rows]
    if options.json:
        options.json.write_text(json.dumps(data, indent=1))
    if options.csv:
        with options.csv.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(data[0]))
            writer.writeheader()
            writer.writerows(data)
