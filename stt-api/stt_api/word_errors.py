"""How far a text is from what was said, in words. Needs the extra ``evaluate``."""

import re

import jiwer


def words(text: str) -> list[str]:
    """Split a text without case and punctuation; apostrophes stay."""
    return re.findall(r"[\w']+", text.lower())


def word_errors(reference: str, text: str) -> int:
    """Count the words of ``reference`` that were substituted or deleted, and those inserted."""
    aligned = jiwer.process_words(" ".join(words(reference)), " ".join(words(text)))
    return aligned.substitutions + aligned.deletions + aligned.insertions
