"""Multipart uploads: parts as files of their own, until they become one object."""

from __future__ import annotations

import json
import shutil
import time
import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchtop.store.s3.objects import Objects
from benchtop.store.s3.shelf import concatenate, disk_faults
from benchtop.wire import Json


@dataclass(frozen=True, kw_only=True)
class Upload:
    """An object on its way: what it will be, and nothing of its bytes."""

    id: str
    bucket: str
    key: str
    started: float
    headers: Json = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part that arrived; *headers* has its checksum, in AWS's member names."""

    number: int
    path: Path
    size: int
    etag: str
    modified: float
    headers: Json = field(default_factory=dict)


class NoSuchUpload(KeyError):
    """The upload does not exist; it may have been completed or aborted."""


class Uploads:
    """The uploads of an object store, which survive a kill part by part."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._shelf = objects.shelf
        self._index = objects.shelf.index
        self._folder = objects.folder

    def begin(self, bucket: str, key: str, headers: Json, tags: dict[str, str]) -> Upload:
        """Open an upload."""
        self._objects.require(bucket)
        upload = Upload(
            id=uuid.uuid4().hex, bucket=bucket, key=key, started=time.time(), headers=headers,
            tags=tags,
        )  # fmt: skip
        row = (upload.id, bucket, key, upload.started, json.dumps(headers), json.dumps(tags))
        with disk_faults(), self._index.writing() as db:
            db.execute("INSERT INTO uploads VALUES (?,?,?,?,?,?)", row)
        return upload

    def get(self, bucket: str, key: str, upload: str) -> Upload:
        """The upload of this id, if it is to become this object.

        Raises:
            NoSuchUpload
        """
        query = "SELECT * FROM uploads WHERE id=? AND bucket=? AND key=?"
        rows = self._index.all(query, upload, bucket, key)
        if not rows:
            self._objects.require(bucket)
            raise NoSuchUpload(upload)
        return _upload(rows[0])

    def open(self, bucket: str) -> list[Upload]:
        """The uploads of a bucket that are under way, in order of key and id."""
        self._objects.require(bucket)
        query = "SELECT * FROM uploads WHERE bucket=? ORDER BY key, id"
        return [_upload(row) for row in self._index.all(query, bucket)]

    def add(self, upload: Upload, number: int, arrived: Path, etag: str, headers: Json) -> Part:
        """Take a complete file as a part; an older part of the same number leaves."""
        home = self._folder / ".uploads" / upload.id / f"{number}-{arrived.name}"
        part = Part(
            number=number, path=home, size=arrived.stat().st_size, etag=etag,
            modified=time.time(), headers=headers,
        )  # fmt: skip
        path = str(home.relative_to(self._folder))
        row = (upload.id, number, path, part.size, etag, part.modified, json.dumps(headers))
        with disk_faults(), self._index.lock:
            self.get(upload.bucket, upload.key, upload.id)
            home.parent.mkdir(parents=True, exist_ok=True)
            arrived.replace(home)
            with self._index.writing() as db:
                _leave(db, "upload=? AND number=?", upload.id, number)
                db.execute("INSERT INTO parts VALUES (?,?,?,?,?,?,?)", row)
            self._shelf.sweep()
        return part

    def parts(self, upload: str, after: int = 0, limit: int = -1) -> list[Part]:
        """The parts that arrived, in order of number."""
        query = (
            "SELECT number, path, size, etag, modified, headers FROM parts "
            "WHERE upload=? AND number>? ORDER BY number LIMIT ?"
        )
        return [self._part(row) for row in self._index.all(query, upload, after, limit)]

    def join(self, parts: Sequence[Part]) -> Path:
        """One arrival with the bytes of all *parts*; the parts stay until the upload is closed."""
        with self._shelf.arriving() as path, ExitStack() as stack, path.open("wb") as out:
            concatenate((stack.enter_context(part.path.open("rb")) for part in parts), out)
        return path

    def close(self, upload: str) -> None:
        """Forget an upload and its parts."""
        with self._index.lock:
            with self._index.writing() as db:
                db.execute("DELETE FROM uploads WHERE id=?", (upload,))
                _leave(db, "upload=?", upload)
            self._shelf.sweep()
            # a kill may have left a part that no row names
            shutil.rmtree(self._folder / ".uploads" / upload, ignore_errors=True)

    def close_all(self, bucket: str) -> None:
        """Forget the uploads of a bucket that is gone."""
        for (upload,) in self._index.all("SELECT id FROM uploads WHERE bucket=?", bucket):
            self.close(upload)

    def _part(self, row: tuple[Any, ...]) -> Part:
        number, path, size, etag, modified, headers = row
        return Part(
            number=number, path=self._folder / path, size=size, etag=etag, modified=modified,
            headers=json.loads(headers),
        )  # fmt: skip


def _leave(db: Any, where: str, *values: Any) -> None:
    db.execute(f"INSERT INTO leaving SELECT path FROM parts WHERE {where}", values)  # noqa: S608
    db.execute(f"DELETE FROM parts WHERE {where}", values)  # noqa: S608


def _upload(row: tuple[Any, ...]) -> Upload:
    upload, bucket, key, started, headers, tags = row
    return Upload(
        id=upload, bucket=bucket, key=key, started=started, headers=json.loads(headers),
        tags=json.loads(tags),
    )  # fmt: skip
