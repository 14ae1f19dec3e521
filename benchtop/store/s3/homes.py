"""Where the bytes of a key live: readable as an ordinary path where the key allows it."""

from __future__ import annotations

import hashlib
import re
import sys
from urllib.parse import quote

SAFE = " =+-_.@,()~!:"
LONGEST_PART = 200
LONGEST_PATH = 1000
FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")
# surrogates are no characters, and have no bytes in UTF-8
BEFORE_SURROGATES, AFTER_SURROGATES = 0xD7FF, 0xE000
# quote() leaves dots alone and never writes "%_", so these clash with no other part of a key
PARTS = {"": "%_", ".": "%2E", "..": "%2E%2E"}


def readable(bucket: str, key: str) -> str | None:
    """The path that reads like the key; None when a file system could not hold it."""
    parts = [bucket, *(PARTS.get(part) or quote(part, safe=SAFE) for part in key.split("/"))]
    path = "/".join(parts)
    if len(path) > LONGEST_PATH or max(map(len, parts)) > LONGEST_PART:
        return None
    return path


def unusual(bucket: str, key: str) -> str:
    """A path for a key whose readable one is too long, or taken: ``a/b`` beside ``a``."""
    digest = hashlib.sha256(f"{bucket}/{key}".encode()).hexdigest()
    return f".unusual/{digest[:2]}/{digest}"


def past(prefix: str) -> str | None:
    """The first string after all strings that start with *prefix*; None when there is none."""
    for end in range(len(prefix), 0, -1):
        point = ord(prefix[end - 1])
        if point < sys.maxunicode:
            following = AFTER_SURROGATES if point == BEFORE_SURROGATES else point + 1
            return prefix[: end - 1] + chr(following)
    return None


def rolled(key: str, prefix: str, delimiter: str) -> str | None:
    """The common prefix that stands for *key* in a listing; None when the key stands alone."""
    end = key.find(delimiter, len(prefix)) if delimiter else -1
    return key[: end + len(delimiter)] if end >= 0 else None
