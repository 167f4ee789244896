"""What the command's exit status tells a script."""

from enum import IntEnum


class ExitStatus(IntEnum):
    """The numbers are public: scripts compare them."""

    DONE = 0
    FAILED = 1  # some recordings, which the last lines on standard error name; others are done
    USAGE = 2  # the command line is wrong, or a package is missing; nothing was begun
    NO_SERVER = 3  # none answers there, or it refuses, or it has no room; later it may
    INTERRUPTED = 130  # by Ctrl-C, as shells count signals
