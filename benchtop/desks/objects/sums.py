"""The checksums of objects that are made of parts, or of other objects.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchtop.door.storage import refusals
from benchtop.door.storage.checksums import Checksum, checksum, member, text
from benchtop.store.s3.stored import Readable
from benchtop.store.s3.uploads import Part
from benchtop.wire import Json

CHUNK = 1 << 20
NOTES = ("_ChecksumAlgorithm", "_ChecksumType")


@dataclass(frozen=True)
class Sums:
    """What an upload's checksum is to be: an algorithm, of the whole or of the parts."""

    algorithm: str | None = None
    type: str | None = None

    @classmethod
    def wanted(cls, algorithm: str | None, kind: str | None) -> Sums:
        """What CreateMultipartUpload asked for."""
        if algorithm is None:
            return cls()
        checksum(algorithm)
        linear = algorithm.startswith("CRC")
        kind = kind or ("FULL_OBJECT" if algorithm == "CRC64NVME" else "COMPOSITE")
        if (kind == "FULL_OBJECT" and not linear) or (kind, algorithm) == (
            "COMPOSITE",
            "CRC64NVME",
        ):
            raise refusals.InvalidRequest(
                f"The {kind} checksum type cannot be used with the {algorithm.lower()} checksum "
                "algorithm."
            )
        return cls(algorithm, kind)

    @classmethod
    def noted(cls, headers: Json) -> Sums:
        """What was asked for, from an upload's headers."""
        return cls(*(headers.get(name) for name in NOTES))

    def notes(self) -> Json:
        """What an upload's headers keep of this."""
        return dict(zip(NOTES, (self.algorithm, self.type), strict=True))

    def of_object(self, path: Path, parts: Sequence[Part]) -> dict[str, str]:
        """The members of the whole object's checksum."""
        if self.algorithm is None or self.type is None:
            return {}
        name = member(self.algorithm)
        if self.type == "FULL_OBJECT":
            return {name: text(file_sum(self.algorithm, path)), "ChecksumType": self.type}
        each = [
            base64.b64decode(part.headers[name])
            if name in part.headers
            else file_sum(self.algorithm, part.path)
            for part in parts
        ]
        whole = checksum(self.algorithm)
        whole.update(b"".join(each))
        return {name: f"{text(whole.digest())}-{len(parts)}", "ChecksumType": self.type}


class Stretch:
    """A stretch of a file that is summed while it is read."""

    def __init__(self, content: Readable, length: int, sums: Sums) -> None:
        self._content = content
        self._left = length
        self._algorithm = sums.algorithm
        self._sum: Checksum | None = checksum(sums.algorithm) if sums.algorithm else None

    def read(self, size: int, /) -> bytes:
        """At most *size* bytes; none at the end."""
        piece = self._content.read(min(size, self._left))
        self._left -= len(piece)
        if self._sum:
            self._sum.update(piece)
        return piece

    def headers(self) -> dict[str, str]:
        """The member of the checksum of what was read."""
        if self._sum is None or self._algorithm is None:
            return {}
        return {member(self._algorithm): text(self._sum.digest())}


def file_sum(algorithm: str, path: Path) -> bytes:
    """The checksum of a file."""
    sums = checksum(algorithm)
    with path.open("rb") as content:
        while piece := content.read(CHUNK):
            sums.update(piece)
    return sums.digest()
