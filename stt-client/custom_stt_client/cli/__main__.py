"""The command stt: transcribe recordings, or show live captions."""

from __future__ import annotations

import argparse
import asyncio
import sys

from ..errors import SttError
from ..microphone import MicrophoneUnavailable
from .arguments import parse_arguments, server_address
from .exit_status import ExitStatus

NEEDED = {"av", "rich"}


def main() -> None:
    arguments = parse_arguments()
    try:
        sys.exit(_run(arguments))
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(ExitStatus.INTERRUPTED)


def _run(arguments: argparse.Namespace) -> ExitStatus:
    try:
        from .live import live
        from .media import NoAudio
        from .plan import UsageError
        from .transcribe import NoServer, transcribe
    except ModuleNotFoundError as error:
        if error.name not in NEEDED:
            raise
        _say("it needs more packages: install custom-stt-client with the extra [cli]")
        return ExitStatus.USAGE
    command = {"transcribe": transcribe, "live": live}[arguments.command]
    try:
        return asyncio.run(command(arguments))
    except UsageError as error:
        _say(str(error))
        return ExitStatus.USAGE
    except (NoAudio, MicrophoneUnavailable) as error:
        _say(f"{arguments.file or 'microphone'}: {error}")
        return ExitStatus.FAILED
    except (NoServer, SttError) as error:
        _say(f"{server_address(arguments)}: {error}")
        _say("--url names another server, --key gives a key")
        return ExitStatus.NO_SERVER


def _say(message: str) -> None:
    print(f"stt: {message}", file=sys.stderr)


if __name__ == "__main__":
    main()
