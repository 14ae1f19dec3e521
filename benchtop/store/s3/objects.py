"""S3 objects as ordinary files: bytes under ``buckets/``, what S3 knows of them in SQLite.

Killed at any moment, the store comes back with the old object or with the new one, never with a
mixture. Files are never changed in place, so who has opened an object goes on reading it when it
is replaced or removed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from benchtop.store.s3 import homes
from benchtop.store.s3.pages import Pages
from benchtop.store.s3.shelf import Shelf, concatenate, disk_faults
from benchtop.store.s3.stored import (
    COLUMNS,
    BucketNotEmpty,
    Listener,
    NoSuchBucket,
    NoSuchKey,
    Page,
    Permit,
    Readable,
    StoredObject,
    stored_object,
)
from benchtop.wire import Json

__all__ = [
    "BucketNotEmpty", "NoSuchBucket", "NoSuchKey", "Objects", "Page", "StoredObject", "split",
]  # fmt: skip
T = TypeVar("T")


class Objects:
    """Buckets and objects; an object is complete on disk before anybody can see it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shelf = Shelf(folder)
        self._index = self.shelf.index
        self._pages = Pages(self._index, folder)
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Call *listener* after each change of an object."""
        self._listeners.append(listener)

    def make_bucket(self, bucket: str) -> None:
        """Make a bucket; making it again changes nothing."""
        if not homes.FOLDER.fullmatch(bucket):
            raise ValueError(f"{bucket!r} cannot be the name of a bucket.")
        with self._index.writing() as db:
            db.execute("INSERT OR IGNORE INTO buckets VALUES (?, ?)", (bucket, time.time()))

    def has_bucket(self, bucket: str) -> bool:
        """Whether the bucket exists."""
        return bool(self._index.all("SELECT 1 FROM buckets WHERE name=?", bucket))

    def require(self, bucket: str) -> None:
        """Raise NoSuchBucket unless the bucket exists."""
        if not self.has_bucket(bucket):
            raise NoSuchBucket(bucket)

    def buckets(self) -> dict[str, float]:
        """Every bucket, with the time when it was made, in order of name."""
        return dict(self._index.all("SELECT name, created FROM buckets ORDER BY name"))

    def remove_bucket(self, bucket: str) -> None:
        """Forget an empty bucket.

        Raises:
            NoSuchBucket, BucketNotEmpty
        """
        with self._index.writing() as db:
            self.require(bucket)
            if db.execute("SELECT 1 FROM objects WHERE bucket=? LIMIT 1", (bucket,)).fetchone():
                raise BucketNotEmpty(bucket)
            db.execute("DELETE FROM buckets WHERE name=?", (bucket,))

    def put(
        self, bucket: str, key: str, content: Readable, headers: Json | None = None, **kept: Any
    ) -> StoredObject:
        """Store the bytes of *content* under a key; *kept* is what :meth:`adopt` takes besides."""
        self.require(bucket)
        arrived, etag = self.shelf.receive(content)
        return self.adopt(bucket, key, arrived, etag, headers or {}, **kept)

    def put_file(self, bucket: str, key: str, path: Path, *, move: bool = False) -> StoredObject:
        """Store a copy of a file under a key; with *move* the file itself becomes the object."""
        with path.open("rb", buffering=0) as content:
            if not move:
                return self.put(bucket, key, content)
            self.require(bucket)
            etag = hashlib.file_digest(content, _md5).hexdigest()
        return self.adopt(bucket, key, path, etag, {})

    def adopt(
        self,
        bucket: str,
        key: str,
        arrived: Path,
        etag: str,
        headers: Json,
        *,
        parts: tuple[int, ...] = (),
        tags: dict[str, str] | None = None,
        permit: Permit | None = None,
    ) -> StoredObject:
        """Take a complete file as an object's bytes; the file moves."""
        arrived = self.shelf.bring(arrived)
        facts = (
            uuid.uuid4().hex, arrived.stat().st_size, etag, time.time(),
            json.dumps(headers), json.dumps(parts), json.dumps(tags or {}),
        )  # fmt: skip
        try:
            with disk_faults(), self._index.lock:
                self.require(bucket)
                if permit:
                    permit(self._find(bucket, key))
                self.shelf.place(bucket, key, arrived, facts)
                stored = self.get(bucket, key)
        except BaseException:
            self.shelf.discard(arrived)
            raise
        self._tell("created", stored)
        return stored

    def get(self, bucket: str, key: str) -> StoredObject:
        """The object under a key.

        Raises:
            NoSuchBucket, NoSuchKey: when there is none.
        """
        found = self._find(bucket, key)
        if found is None:
            self.require(bucket)
            raise NoSuchKey(key)
        return found

    def open(self, bucket: str, key: str) -> tuple[StoredObject, BinaryIO]:
        """An object and its open bytes, which stay its own whatever is written meanwhile."""
        return self._steady(bucket, key, lambda path: path.open("rb"))

    def link(self, bucket: str, key: str) -> tuple[StoredObject, Path]:
        """An object and an unseen second name of its bytes, for :meth:`adopt`."""
        return self._steady(bucket, key, self._link)

    def copy_to(self, bucket: str, key: str, target: Path) -> None:
        """Write an object's bytes to a file of its own."""
        target.parent.mkdir(parents=True, exist_ok=True)
        _, content = self.open(bucket, key)
        with content, target.open("wb") as out:
            concatenate([content], out)

    def each(self, bucket: str, prefix: str = "", after: str = "") -> Iterator[StoredObject]:
        """The objects whose keys start with *prefix*, in key order, later than *after*."""
        self.require(bucket)
        return self._pages.each(bucket, prefix, after)

    def page(
        self, bucket: str, *, limit: int, prefix: str = "", delimiter: str = "", after: str = ""
    ) -> Page:
        """At most *limit* objects and common prefixes later than *after*, in key order."""
        self.require(bucket)
        return self._pages.page(bucket, prefix, delimiter, after, limit)

    def tag(self, bucket: str, key: str, tags: dict[str, str]) -> None:
        """Give an object other tags."""
        with self._index.writing() as db:
            self.get(bucket, key)
            db.execute(
                "UPDATE objects SET tags=? WHERE bucket=? AND key=?",
                (json.dumps(tags), bucket, key),
            )

    def remove(self, bucket: str, key: str, permit: Permit | None = None) -> None:
        """Forget an object; forgetting what is not there changes nothing."""
        with self._index.lock:
            found = self._find(bucket, key)
            if permit:
                permit(found)
            if found is None:
                return
            self.shelf.forget(bucket, key)
        self._tell("removed", found)

    def close(self) -> None:
        """Close the index."""
        self.shelf.close()

    def _find(self, bucket: str, key: str) -> StoredObject | None:
        query = f"SELECT {COLUMNS} FROM objects WHERE bucket=? AND key=?"  # noqa: S608
        rows = self._index.all(query, bucket, key)
        return stored_object(rows[0], self.folder) if rows else None

    def _steady(self, bucket: str, key: str, use: Callable[[Path], T]) -> tuple[StoredObject, T]:
        """Use an object's file when it certainly holds the bytes that its row describes."""
        found = self.get(bucket, key)
        while True:
            try:
                used = use(found.path)
            except FileNotFoundError:
                with self._index.lock:  # it may be moving home just now
                    now = self.get(bucket, key)
                if now == found:  # deleted by hand: there is nothing to wait for
                    raise
            else:
                now = self.get(bucket, key)
                if now.version == found.version:
                    return found, used
                _discard(used)
            found = now

    def _link(self, path: Path) -> Path:
        arrived = self.shelf.arrival()
        try:
            os.link(path, arrived)
        except FileNotFoundError:
            raise
        except OSError:  # a file system without hard links
            shutil.copyfile(path, arrived)
        return arrived

    def _tell(self, event: str, stored: StoredObject) -> None:
        for listener in self._listeners:
            listener(event, stored)


def split(uri: str) -> tuple[str, str]:
    """The bucket and the key of an S3 URI; an ``https`` one counts its first part as bucket."""
    bucket, _, key = uri.partition("://")[2].partition("/")
    return bucket, key


def _md5() -> Any:
    return hashlib.md5(usedforsecurity=False)


def _discard(used: Any) -> None:
    if isinstance(used, Path):
        used.unlink(missing_ok=True)
    else:
        used.close()
