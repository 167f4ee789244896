"""The command line of stt-api. What it can tell to be wrong is refused here, by its option."""

import argparse
from pathlib import Path

from . import __version__
from .engine.traits import EncoderContext
from .languages import whisper_language

WAYS = ("offline", "streaming")
CONTEXTS = tuple(context.value for context in EncoderContext)
BEAMS = range(1, 11)


def parse_arguments() -> argparse.Namespace:
    """``command`` is None to serve, or ``evaluate``."""
    parser = argparse.ArgumentParser(
        prog="stt-api",
        description="Serve speech-to-text. Settings are environment variables.",
    )
    parser.add_argument("--version", action="version", version=f"stt-api {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="")
    about = "measure a model's word errors and speed on your recordings"
    _add_evaluate(commands.add_parser("evaluate", help=about, description=about))
    return parser.parse_args()


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="NAME.wav with NAME.txt, or a manifest.json")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    parser.add_argument("--contexts", nargs="+", choices=CONTEXTS, default=CONTEXTS)
    parser.add_argument("--beams", nargs="+", type=int, choices=BEAMS, default=[1], metavar="N")
    parser.add_argument("--compute-types", nargs="+", metavar="TYPE", help="int8 float16 …")
    parser.add_argument(
        "--language", type=_language, help="of recordings that do not say; else detected"
    )
    parser.add_argument(
        "--keyterms", type=Path, metavar="FILE", help="a term a line; measure with and without"
    )
    parser.add_argument("--csv", type=_output, metavar="FILE", help="write the table there too")
    parser.add_argument("--json", type=_output, metavar="FILE", help="write the table there too")


def _language(name: str) -> str | None:
    try:
        return whisper_language(name)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _output(name: str) -> Path:
    """Open the file once: a run of hours shall not end with a table that cannot be kept."""
    try:
        open(name, "a").close()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{name} cannot be written ({error.strerror})") from None
    return Path(name)
