"""Say in a line what is wrong with a file that pydantic refuses."""

from pydantic import ValidationError


def first_fault(error: ValidationError) -> str:
    """Return the first fault behind where it is: ``0.utterances.1.end: Input should be …``."""
    fault = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, fault["loc"]))
    return f"{where}: {fault['msg']}" if where else fault["msg"]
