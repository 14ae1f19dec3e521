"""A folder of scripts as objects whose address is their content.

The same scripts give the same definition, byte for byte, on every machine; changed scripts get
a new address, so a running execution never sees half of a change.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IGNORED = {"__pycache__"}


@dataclass(frozen=True)
class Code:
    """The scripts of one folder, and where they will lie in S3.

    Args:
        folder: relative to the project.
        home: the ``s3://bucket/prefix`` below which code lies.
    """

    folder: str
    home: str

    @cached_property
    def files(self) -> dict[str, bytes]:
        """Every file's content by its path in the folder."""
        top = ROOT / self.folder
        found = {
            path.relative_to(top).as_posix(): path.read_bytes()
            for path in sorted(top.rglob("*"))
            if path.is_file() and not _ignored(path.relative_to(top))
        }
        if not found:
            raise FileNotFoundError(f"{self.folder} holds no scripts.")
        return found

    @cached_property
    def digest(self) -> str:
        """What the folder holds, in 16 hex digits."""
        total = hashlib.sha256()
        for name, content in self.files.items():
            total.update(f"{name}\0{len(content)}\0".encode() + content)
        return total.hexdigest()[:16]

    @property
    def folder_uri(self) -> str:
        """The scripts as they are, for processing jobs."""
        return f"{self.home}/{self.digest}/scripts"

    @property
    def archive_uri(self) -> str:
        """The scripts as an archive, for training jobs."""
        return f"{self.home}/{self.digest}/sourcedir.tar.gz"

    def objects(self) -> dict[str, bytes]:
        """Everything to upload, by its URI."""
        scripts = {f"{self.folder_uri}/{name}": each for name, each in self.files.items()}
        return {**scripts, self.archive_uri: self._archive()}

    def must_hold(self, script: str) -> str:
        """A script's name, or a sentence if the folder has none of that name."""
        if script not in self.files:
            raise FileNotFoundError(f"{self.folder} holds no {script}.")
        return script

    def _archive(self) -> bytes:
        packed = io.BytesIO()
        # no times, owners or file names: the same content is the same archive
        with (
            gzip.GzipFile(fileobj=packed, mode="wb", mtime=0, filename="") as zipped,
            tarfile.open(fileobj=zipped, mode="w", format=tarfile.USTAR_FORMAT) as archive,
        ):
            for name, content in self.files.items():
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode = len(content), 0o644
                archive.addfile(entry, io.BytesIO(content))
        return packed.getvalue()


@dataclass(frozen=True, kw_only=True)
class Job:
    """What every job of a pipeline has: scripts, the container they run in, and a role."""

    code: Code
    image: str
    role: str


def _ignored(path: Path) -> bool:
    return any(part in IGNORED or part.startswith(".") for part in path.parts)
