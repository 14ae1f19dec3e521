"""The checksums that S3 knows; botocore's own, and tables for those that need its C extension."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any, Protocol

from botocore import httpchecksum

from benchtop.door.storage.refusals import NotBuilt

PREFIX = "x-amz-checksum-"
ALGORITHMS = (
    "CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256", "SHA512", "MD5", "XXHASH64", "XXHASH3",
    "XXHASH128",
)  # fmt: skip
MEMBERS = {name: f"Checksum{name}" for name in ALGORITHMS}
"""The member of S3's requests and answers that carries each checksum."""


class Checksum(Protocol):
    """Grows chunk by chunk."""

    def update(self, chunk: bytes, /) -> None:
        """Take in more bytes."""

    def digest(self) -> bytes:
        """The checksum of all bytes so far."""


class TableChecksum:
    """A reflected CRC by table: right everywhere, fast only with botocore's C extension."""

    def __init__(self, polynomial: int, size: int) -> None:
        self.size = size
        self._ones = (1 << 8 * size) - 1
        self._state = self._ones
        self._table = [self._entry(byte, polynomial) for byte in range(256)]

    def update(self, chunk: bytes, /) -> None:
        """Take in more bytes."""
        state, table = self._state, self._table
        for byte in chunk:
            state = table[(state ^ byte) & 0xFF] ^ (state >> 8)
        self._state = state

    def digest(self) -> bytes:
        """The checksum of all bytes so far."""
        return (self._state ^ self._ones).to_bytes(self.size, "big")

    def _entry(self, byte: int, polynomial: int) -> int:
        for _ in range(8):
            byte = (byte >> 1) ^ (polynomial if byte & 1 else 0)
        return byte


THEIRS: dict[str, Callable[[], Any]] = vars(httpchecksum)["_CHECKSUM_CLS"]
OURS: dict[str, Callable[[], Any]] = {
    "md5": lambda: hashlib.md5(usedforsecurity=False),
    "crc32c": lambda: TableChecksum(0x82F63B78, 4),
    "crc64nvme": lambda: TableChecksum(0x9A6C9329AC4BC9B5, 8),
}


def checksum(algorithm: str) -> Checksum:
    """A new checksum of an algorithm, by S3's name in any case."""
    name = algorithm.lower()
    make = THEIRS.get(name) or OURS.get(name)
    if algorithm.upper() not in ALGORITHMS or make is None:
        raise NotBuilt(f"The checksum {algorithm} is not honoured by benchtop.")
    new: Checksum = make()
    return new


def text(digest: bytes) -> str:
    """A digest as S3 writes it."""
    return base64.b64encode(digest).decode()


def member(algorithm: str) -> str:
    """The member of S3's requests and answers that carries this checksum."""
    return MEMBERS[algorithm.upper()]
