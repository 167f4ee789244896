"""The command line of stt-api. What it can tell to be wrong is refused here, by its option."""

import argparse
from pathlib import Path

from . import __version__
from .languages import whisper_language
from .models.traits import EncoderContext

WAYS = ("offline", "streaming")
CONTEXTS = tuple(context.value for context in EncoderContext)
BEAMS = range(1, 11)
QUANTIZATIONS = (  # CTranslate2's, of weights as they are stored
    "int8",
    "int8_float32",
    "int8_float16",
    "int8_bfloat16",
    "int16",
    "float16",
    "bfloat16",
    "float32",
)


def parse_arguments() -> argparse.Namespace:
    """``command`` is None to serve, or ``evaluate``, ``convert``, ``doctor``."""
    parser = argparse.ArgumentParser(
        prog="stt-api",
        description="Serve speech-to-text. Settings are environment variables.",
    )
    parser.add_argument("--version", action="version", version=f"stt-api {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="")
    about = "measure a model's word errors and speed on your recordings"
    _add_evaluate(commands.add_parser("evaluate", help=about, description=about))
    about = "make a folder that this server loads from a checkpoint of transformers"
    _add_convert(commands.add_parser("convert", help=about, description=about))
    about = "say what this machine has to serve with, and what is missing"
    _add_doctor(commands.add_parser("doctor", help=about, description=about))
    return parser.parse_args()


def evaluation_of(recordings: Path) -> argparse.Namespace:
    """Return the arguments of an evaluation that names nothing but its recordings."""
    parser = argparse.ArgumentParser()
    _add_evaluate(parser)
    return parser.parse_args([str(recordings)])


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="NAME.wav with NAME.txt, or a manifest.json")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    parser.add_argument("--contexts", nargs="+", choices=CONTEXTS, default=CONTEXTS)
    parser.add_argument("--beams", nargs="+", type=int, choices=BEAMS, default=[1], metavar="N")
    parser.add_argument("--compute-types", nargs="+", metavar="TYPE", help="int8 float16 …")
    parser.add_argument(
        "--language", type=_language, help="of recordings that do not say; else STT_LANGUAGE"
    )
    parser.add_argument(
        "--keyterms", type=Path, metavar="FILE", help="a term a line; measure with and without"
    )
    parser.add_argument("--csv", type=_output, metavar="FILE", help="write the table there too")
    parser.add_argument("--json", type=_output, metavar="FILE", help="write the table there too")


def _add_convert(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="SOURCE", help="a checkpoint's folder, or its hub id")
    parser.add_argument("folder", metavar="FOLDER", type=_resolved, help="to write; new, or empty")
    parser.add_argument("--quantization", choices=QUANTIZATIONS, default="int8")
    parser.add_argument(
        "--context",
        choices=CONTEXTS,
        help="encoder context that the weights bear; else what the checkpoint declares, or what"
        " is known of its hub id",
    )
    parser.add_argument(
        "--tokenizer", metavar="FOLDER_OR_ID", help="whose tokenizer.json; else the checkpoint's"
    )
    parser.add_argument(
        "--evaluate", type=Path, metavar="RECORDINGS", help="as stt-api evaluate does, at the end"
    )


def _add_doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="a list of findings, for programs")


def _language(name: str) -> str:
    try:
        whisper_language(name)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return name


def _resolved(name: str) -> Path:
    """Return its whole path: a folder ``pico`` or ``base`` is named like another model."""
    return Path(name).resolve()


def _output(name: str) -> Path:
    """Open the file once: a run of hours shall not end with a table that cannot be kept."""
    try:
        open(name, "a").close()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{name} cannot be written ({error.strerror})") from None
    return Path(name)
