"""Chance that can be repeated: the same words always throw the same number. Pure."""

from __future__ import annotations

import re
from hashlib import sha256

GENERATED = re.compile(
    r"(?:pipelines-)?[a-z0-9]{12}-(?P<step>.+?)-[A-Za-z0-9]{10}(?P<trial>-\d{3,})?"
)
"""The names that a pipeline's execution gives: its id, the step, and something random."""


def throw(*words: object) -> float:
    """A number from 0 up to, not including, 1 that follows from the words."""
    digest = sha256("\n".join(map(str, words)).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def stem(name: str) -> str:
    """What of a name is the same in every run: of one that a pipeline gives, the step's."""
    found = GENERATED.fullmatch(name)
    return f"{found['step']}{found['trial'] or ''}" if found else name
