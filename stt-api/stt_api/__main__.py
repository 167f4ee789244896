"""The command stt-api: serve until told to stop, or evaluate, convert or diagnose."""

import logging
import signal
import sys

from pydantic import ValidationError

from .arguments import parse_arguments
from .config import Settings, explain, unknown_variables, variable
from .decoding.engine import Engine
from .decoding.job import finals_first
from .errors import InvalidSetting, ModelUnavailable, SttError
from .listener import bind
from .logs import log_to_stderr
from .server import build_server, load_transcribers

logger = logging.getLogger(__name__)

ADVICE = (
    "WHISPER_MODEL_SIZE takes pico (bundled, needs no network), a faster-whisper size such as "
    "base, small or large-v3-turbo, a hub id, or a folder; the cache of the hub is in HF_HOME. "
    "A checkpoint of transformers has to be converted first: stt-api convert"
)


def main() -> None:
    options = parse_arguments()
    try:
        settings = Settings()
        log_to_stderr(settings.log_level)
        for name, nearest in unknown_variables():
            logger.warning("no such setting", extra={"variable": name, "nearest": nearest})
        if options.command == "evaluate":
            from .evaluate import evaluate

            evaluate(options, settings)
        elif options.command == "convert":
            from .convert import convert

            convert(options, settings)
        elif options.command == "doctor":
            from .doctor import doctor

            doctor(options, settings)
        else:
            serve(settings)
    except ValidationError as error:
        sys.exit(f"stt-api: {explain(error)}")
    except ModelUnavailable as error:
        sys.exit(f"stt-api: {error}\n{ADVICE}")
    except InvalidSetting as error:
        sys.exit(f"stt-api: {variable(error.field)}: {error.problem}")
    except SttError as error:
        sys.exit(f"stt-api: {error}")
    except KeyboardInterrupt:
        _end_interrupted()


def serve(settings: Settings) -> None:
    sockets = bind(settings.host, settings.port)
    transcribers = load_transcribers(settings)
    first = transcribers[0]
    engine = Engine(transcribers * first.workers, finals_first(first.most_together))
    server = build_server(settings, engine, settings.session(first.traits))
    server.run(sockets)


def _end_interrupted() -> None:
    """End as the signal ends others: no traceback, and no waiting for a thread of the model."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.raise_signal(signal.SIGINT)


if __name__ == "__main__":
    main()
