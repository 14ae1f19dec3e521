"""S3 objects as ordinary files: bytes under ``buckets/``, what S3 knows of them in SQLite."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

CHUNK = 1 << 20


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """One object: where its bytes lie, and what S3 tells of it."""

    bucket: str
    key: str
    path: Path
    size: int
    etag: str
    modified: float
    headers: dict[str, str] = field(default_factory=dict)


class NoSuchBucket(KeyError):
    """The bucket does not exist."""


class NoSuchKey(KeyError):
    """The object does not exist."""


class Objects:
    """Buckets and objects; an object is complete on disk before anybody can see it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._incoming = folder / ".incoming"
        self._incoming.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(
            folder / "objects.db", check_same_thread=False, isolation_level=None
        )
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript((Path(__file__).parent / "objects.sql").read_text())

    def make_bucket(self, bucket: str) -> None:
        """Make a bucket; making it again changes nothing."""
        with self._lock:
            self._db.execute("INSERT OR IGNORE INTO buckets VALUES (?, ?)", (bucket, time.time()))

    def has_bucket(self, bucket: str) -> bool:
        """Whether the bucket exists."""
        return bool(self._all("SELECT 1 FROM buckets WHERE name=?", bucket))

    def put(
        self, bucket: str, key: str, content: BinaryIO, headers: dict[str, str] | None = None
    ) -> StoredObject:
        """Store the bytes of *content* under a key."""
        self._require(bucket)
        arriving = self._incoming / uuid.uuid4().hex
        digest = hashlib.md5(usedforsecurity=False)
        with arriving.open("wb") as out:
            while chunk := content.read(CHUNK):
                digest.update(chunk)
                out.write(chunk)
        return self.adopt(bucket, key, arriving, digest.hexdigest(), headers or {})

    def put_file(self, bucket: str, key: str, path: Path) -> StoredObject:
        """Store a copy of a file under a key."""
        with path.open("rb") as content:
            return self.put(bucket, key, content)

    def adopt(
        self, bucket: str, key: str, arrived: Path, etag: str, headers: dict[str, str]
    ) -> StoredObject:
        """Take a complete file as an object's bytes; the file moves."""
        home = self._home(bucket, key)
        size = arrived.stat().st_size
        with self._lock:
            home.parent.mkdir(parents=True, exist_ok=True)
            os.replace(arrived, home)  # noqa: PTH105 - atomic, over an older object
            self._db.execute(
                "INSERT OR REPLACE INTO objects VALUES (?,?,?,?,?,?,?)",
                (bucket, key, str(home.relative_to(self.folder)), size, etag, time.time(),
                 json.dumps(headers)),
            )  # fmt: skip
        return self.get(bucket, key)

    def get(self, bucket: str, key: str) -> StoredObject:
        """The object under a key.

        Raises:
            NoSuchBucket, NoSuchKey: when there is none.
        """
        rows = self._all("SELECT * FROM objects WHERE bucket=? AND key=?", bucket, key)
        if not rows:
            self._require(bucket)
            raise NoSuchKey(key)
        return self._object(rows[0])

    def each(self, bucket: str, prefix: str = "", after: str = "") -> Iterator[StoredObject]:
        """The objects whose keys start with *prefix*, in key order, later than *after*."""
        self._require(bucket)
        rows = self._all(
            "SELECT * FROM objects WHERE bucket=? AND key>=? AND key>? "
            "AND substr(key, 1, length(?))=? ORDER BY key",
            bucket, prefix, after, prefix, prefix,
        )  # fmt: skip
        return (self._object(row) for row in rows)

    def remove(self, bucket: str, key: str) -> None:
        """Forget an object; forgetting what is not there changes nothing."""
        with self._lock:
            rows = self._all("SELECT * FROM objects WHERE bucket=? AND key=?", bucket, key)
            self._db.execute("DELETE FROM objects WHERE bucket=? AND key=?", (bucket, key))
            for row in rows:
                self._object(row).path.unlink(missing_ok=True)

    def copy_to(self, bucket: str, key: str, target: Path) -> None:
        """Write an object's bytes to a file of its own."""
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.get(bucket, key).path, target)

    def close(self) -> None:
        """Close the index."""
        with self._lock:
            self._db.close()

    def _require(self, bucket: str) -> None:
        if not self.has_bucket(bucket):
            raise NoSuchBucket(bucket)

    def _home(self, bucket: str, key: str) -> Path:
        """Where the bytes of a key lie: readable where the key allows it, never outside."""
        return self.folder / bucket / quote(key, safe="/ =+-_.@,()")

    def _object(self, row: tuple[str, str, str, int, str, float, str]) -> StoredObject:
        bucket, key, path, size, etag, modified, headers = row
        return StoredObject(
            bucket=bucket, key=key, path=self.folder / path, size=size, etag=etag,
            modified=modified, headers=json.loads(headers),
        )  # fmt: skip

    def _all(self, query: str, *values: str) -> list[tuple[str, str, str, int, str, float, str]]:
        with self._lock:
            return self._db.execute(query, values).fetchall()


def split(uri: str) -> tuple[str, str]:
    """The bucket and the key of an S3 URI; an ``https`` one counts its first part as bucket."""
    bucket, _, key = uri.partition("://")[2].partition("/")
    return bucket, key
