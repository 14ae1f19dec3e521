"""Files and rows in step: how bytes come in, move to their home, and leave.

The row is the truth. Bytes lie complete in ``.incoming`` before a row names them and move home
afterwards; a file is deleted after the row that forgets it. Whatever a kill leaves between two of
these steps is put right at the next start.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from benchtop.store.s3 import homes
from benchtop.store.s3.index import Index
from benchtop.store.s3.stored import COLUMNS, Readable

CHUNK = 1 << 20


class Shelf:
    """The files of one folder, and the index that says which of them count."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.incoming = folder / ".incoming"
        self.incoming.mkdir(parents=True, exist_ok=True)
        schema = (Path(__file__).parent / "objects.sql").read_text()
        self.index = Index(folder / "objects.db", schema)
        self._owner = (folder / ".owner").open("w")
        self._recover()

    def arrival(self) -> Path:
        """A new name for bytes that no reader sees yet; what a kill leaves there is swept."""
        return self.incoming / uuid.uuid4().hex

    @contextmanager
    def arriving(self) -> Iterator[Path]:
        """An arrival that disappears when the work inside fails."""
        path = self.arrival()
        try:
            yield path
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    def receive(self, content: Readable) -> tuple[Path, str]:
        """Write *content* to a file that no reader sees yet; the file and its MD5.

        Raises:
            OSError: ENOSPC when the disk is full; nothing of the file stays.
        """
        digest = hashlib.md5(usedforsecurity=False)
        with self.arriving() as path, path.open("wb", buffering=0) as out:
            while chunk := content.read(CHUNK):
                digest.update(chunk)
                _write(out, chunk)
        return path, digest.hexdigest()

    def bring(self, path: Path) -> Path:
        """Move a file of the same or of another disk among the arrivals."""
        if path.parent == self.incoming:
            return path
        with self.arriving() as arrived:
            shutil.move(path, arrived)
        return arrived

    def place(self, bucket: str, key: str, arrived: Path, facts: tuple[Any, ...]) -> None:
        """Make an arrived file the object under a key; the caller holds the index's lock."""
        home = self._home(bucket, key)
        arriving = str(arrived.relative_to(self.folder))
        with self.index.writing() as db:
            db.execute(
                f"INSERT OR REPLACE INTO objects ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?)",  # noqa: S608
                (bucket, key, home, arriving, *facts),
            )
        with suppress(OSError):  # the row names the arrival: the next start tries again
            self._settle(arriving, home)

    def discard(self, arrived: Path) -> None:
        """Delete an arrival, unless a row names it already."""
        arriving = str(arrived.relative_to(self.folder))
        if not self.index.all("SELECT 1 FROM objects WHERE arriving=?", arriving):
            arrived.unlink(missing_ok=True)

    def forget(self, bucket: str, key: str) -> None:
        """Delete an object's row, and then its file."""
        with self.index.writing() as db:
            where = "FROM objects WHERE bucket=? AND key=?"
            db.execute(f"INSERT OR IGNORE INTO leaving SELECT path {where}", (bucket, key))
            db.execute(f"DELETE {where}", (bucket, key))
        self.sweep()

    def sweep(self) -> None:
        """Delete the files that nobody owns any more, and the folders that they leave empty."""
        with self.index.lock:
            for (path,) in self.index.all("SELECT path FROM leaving"):
                self._delete(self.folder / path)
                with self.index.writing() as db:
                    db.execute("DELETE FROM leaving WHERE path=?", (path,))

    def close(self) -> None:
        """Close the index."""
        self.index.close()
        self._owner.close()

    def _home(self, bucket: str, key: str) -> str:
        query = "SELECT path FROM objects WHERE bucket=? AND key=?"
        for (path,) in self.index.all(query, bucket, key):
            return str(path)
        home = homes.readable(bucket, key)
        if home is None or not self._free(home):
            home = homes.unusual(bucket, key)
        (self.folder / home).parent.mkdir(parents=True, exist_ok=True)
        return home

    def _free(self, home: str) -> bool:
        """Whether a path can take a file: ``a/b`` cannot beside ``a``."""
        path = self.folder / home
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            return False
        return not os.path.lexists(path)

    def _settle(self, arriving: str, home: str) -> None:
        with suppress(FileNotFoundError):  # it had moved; only the note was missing
            (self.folder / arriving).replace(self.folder / home)
        with self.index.writing() as db:
            db.execute("UPDATE objects SET arriving='' WHERE arriving=?", (arriving,))

    def _delete(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        for parent in path.parents:
            if parent == self.folder:
                return
            try:
                parent.rmdir()
            except OSError:  # not empty
                return

    def _recover(self) -> None:
        """Finish what a kill interrupted, unless another process is at work in this folder."""
        try:
            fcntl.flock(self._owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        for arriving, home in self.index.all(
            "SELECT arriving, path FROM objects WHERE arriving != ''"
        ):
            self._settle(arriving, home)
        self.sweep()
        for stray in self.incoming.iterdir():
            stray.unlink()


def concatenate(sources: Iterable[BinaryIO], out: BinaryIO) -> None:
    """Append files to *out*, inside the kernel where it can."""
    for source in sources:
        try:
            while os.copy_file_range(source.fileno(), out.fileno(), 1 << 30):
                pass
        except (AttributeError, OSError) as fault:
            if getattr(fault, "errno", None) == errno.ENOSPC:
                raise
            shutil.copyfileobj(source, out, CHUNK)


@contextmanager
def disk_faults() -> Iterator[None]:
    """Let a full index look like a full disk, which it is."""
    try:
        yield
    except sqlite3.OperationalError as fault:
        if "full" not in str(fault):
            raise
        raise OSError(errno.ENOSPC, f"The index of objects cannot grow: {fault}") from fault


def _write(out: Any, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[out.write(rest) :]
