"""The command line of stt. What it can tell to be wrong is refused here, by its option."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import get_args

from ..client import DEFAULT_URL, Client
from ..options import StreamOptions, Task
from ..version import __version__
from .cues import Layout
from .formats import FORMATS

ALL = "all"
EXIT_STATUS = (
    "exit status: 0 all done; 1 some recordings failed, named at the end; 2 usage;"
    " 3 no server there, or it refuses or is full; 130 interrupted"
)


def parse_arguments(given: list[str] | None = None) -> argparse.Namespace:
    """Return ``command``, its own arguments, and a ``client`` and ``options`` made of them.

    ``given`` are those of the process where they are None. What is wrong ends it with status 2.
    """
    parser = argparse.ArgumentParser(
        prog="stt", description="Speech to text by a server of yours.", epilog=EXIT_STATUS
    )
    parser.add_argument("--version", action="version", version=f"stt {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    about = "write what is said in recordings to text, subtitles or JSON"
    _add_transcribe(_subparser(commands, "transcribe", about))
    about = "show captions while somebody speaks, or a recording is played"
    _add_live(_subparser(commands, "live", about))
    arguments = parser.parse_args(given)
    try:
        arguments.options = _options(arguments)
        arguments.client = Client(arguments.url, api_key=arguments.key)
    except ValueError as error:
        arguments.parser.error(str(error))
    return arguments


def _subparser(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, about: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=about, description=about, epilog=EXIT_STATUS)
    parser.set_defaults(parser=parser)
    return parser


def _add_transcribe(parser: argparse.ArgumentParser) -> None:
    layout = Layout()
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="audio or video, or a folder of it"
    )
    parser.add_argument("--jobs", type=_positive, default=4, metavar="N", help="at once (4)")
    parser.add_argument(
        "-o",
        *_both("output-dir"),
        type=Path,
        default=Path(),
        metavar="FOLDER",
        help="default: here",
    )
    parser.add_argument(
        "-f",
        *_both("output-format"),
        type=_formats,
        default="txt",
        metavar="FORMAT",
        help=f"{', '.join(FORMATS)}, several with commas, or {ALL} (%(default)s)",
    )
    parser.add_argument(
        *_both("max-line-width"),
        type=_positive,
        default=layout.line_width,
        metavar="COLUMNS",
        help="of subtitles (%(default)s)",
    )
    parser.add_argument(
        *_both("max-line-count"),
        type=_positive,
        default=layout.lines,
        metavar="LINES",
        help="of subtitles (%(default)s)",
    )
    existing = parser.add_mutually_exclusive_group()
    existing.set_defaults(if_exists="refuse")
    existing.add_argument(
        "--skip-existing",
        dest="if_exists",
        action="store_const",
        const="skip",
        help="leave out what was written before",
    )
    existing.add_argument(
        "--overwrite",
        dest="if_exists",
        action="store_const",
        const="overwrite",
        help="write over it; else it is refused",
    )
    _add_common(parser)


def _add_live(parser: argparse.ArgumentParser) -> None:
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("file", nargs="?", type=Path, metavar="FILE", help="audio or video")
    source.add_argument(
        "--microphone",
        nargs="?",
        const="",
        metavar="NAME",
        help="a part of its name, or none; needs the extra [microphone]",
    )
    _add_common(parser)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--url", help=f"of the server; else CUSTOM_STT_URL, else {DEFAULT_URL}")
    parser.add_argument(
        "--key", help="for the server; rather CUSTOM_STT_API_KEY: others see a command line"
    )
    parser.add_argument("--language", help="what is spoken: en, en-US, English; auto to detect it")
    parser.add_argument("--languages", metavar="LIST", help="to detect one of, with commas")
    parser.add_argument("--task", choices=get_args(Task), default="transcribe")
    parser.add_argument(
        "--prompt", *_both("initial-prompt"), dest="prompt", help="text that comes before"
    )
    parser.add_argument("--keyterms", metavar="LIST", help="names to listen for, with commas")
    parser.add_argument(
        *_both("endpointing-ms"), type=int, metavar="MS", help="silence that ends an utterance"
    )


def _options(arguments: argparse.Namespace) -> StreamOptions:
    return StreamOptions(
        language=arguments.language,
        languages=None if arguments.languages is None else _listed(arguments.languages),
        task=arguments.task,
        prompt=arguments.prompt,
        keyterms=_listed(arguments.keyterms or ""),
        endpointing_ms=arguments.endpointing_ms,
    )


def server_address(arguments: argparse.Namespace) -> str:
    """Return which server was asked, without a query, in which there may be a secret."""
    url: str = arguments.url or os.environ.get("CUSTOM_STT_URL") or DEFAULT_URL
    return url.partition("?")[0]


def _both(name: str) -> tuple[str, str]:
    """Return an option as it is spelled here, and as whisper's own command spells it."""
    return f"--{name}", f"--{name.replace('-', '_')}"


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _formats(text: str) -> list[str]:
    formats = _listed(text)
    if ALL in formats:
        return list(FORMATS)
    if not formats or not set(formats) <= set(FORMATS):
        raise argparse.ArgumentTypeError(f"{text!r}: allowed are {', '.join(FORMATS)}, {ALL}")
    return list(dict.fromkeys(formats))


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r}: a number from 1 on is expected")
    return int(text)
