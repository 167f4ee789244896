"""Why a connection ends: the session's reason, an error, or None where the client has gone."""

import logging

from .errors import SttError
from .inbox import ClientGone
from .session.events import EndReason

logger = logging.getLogger(__name__)

Ending = EndReason | SttError | None


def ending_of(failures: ExceptionGroup) -> Ending:
    """Return what to tell the client of what its tasks raised. Log what nobody expected."""
    if failures.subgroup(ClientGone):
        return None
    if errors := failures.subgroup(SttError):
        first = errors.exceptions[0]
        return first if isinstance(first, SttError) else SttError("internal error")
    logger.error("connection failed", exc_info=failures)
    return SttError("internal error")


def name_of(ending: Ending) -> str:
    """Return its name in the log."""
    if ending is None:
        return "client_gone"
    return str(ending) if isinstance(ending, EndReason) else ending.code
