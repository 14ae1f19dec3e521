"""Chance that can be repeated: the same words always throw the same number. Pure."""

from __future__ import annotations

from hashlib import sha256


def throw(*words: object) -> float:
    """A number from 0 up to, not including, 1 that follows from the words."""
    digest = sha256("\n".join(map(str, words)).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
