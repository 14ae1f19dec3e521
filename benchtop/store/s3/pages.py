"""Listings in key order: each page costs what it shows, however much lies beside it."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from benchtop.store.s3 import homes
from benchtop.store.s3.index import Index
from benchtop.store.s3.stored import COLUMNS, Page, StoredObject, stored_object

BATCH = 500
Entry = tuple[str, StoredObject | None]
"""A name, and its object; a common prefix has none."""


class Pages:
    """Reads the index in the order of keys."""

    def __init__(self, index: Index, folder: Path) -> None:
        self.index = index
        self.folder = folder

    def each(self, bucket: str, prefix: str, after: str) -> Iterator[StoredObject]:
        """Every object with a prefix, later than *after*; no reader is held between objects."""
        while True:
            low = max(prefix, f"{after}\0" if after else "")
            batch = list(self._objects(bucket, low, prefix, BATCH))
            yield from batch
            if len(batch) < BATCH:
                return
            after = batch[-1].key

    def page(self, bucket: str, prefix: str, delimiter: str, after: str, limit: int) -> Page:
        """At most *limit* objects and common prefixes later than *after*."""
        page, last = Page(), ""
        if limit <= 0:
            return page
        with closing(self._entries(bucket, prefix, delimiter, after)) as entries:
            for name, stored in entries:
                if len(page) == limit:
                    return Page(objects=page.objects, prefixes=page.prefixes, last=last)
                last = name
                if stored is None:
                    page.prefixes.append(name)
                else:
                    page.objects.append(stored)
        return page

    def _entries(self, bucket: str, prefix: str, delimiter: str, after: str) -> Generator[Entry]:
        low = _start(prefix, delimiter, after)
        while low is not None:
            leap: str | None = None
            for stored in self._objects(bucket, low, prefix, -1):
                common = homes.rolled(stored.key, prefix, delimiter)
                yield (common, None) if common else (stored.key, stored)
                if common:
                    leap = homes.past(common)
                    break
            else:
                return
            low = leap

    def _objects(self, bucket: str, low: str, prefix: str, limit: int) -> Generator[StoredObject]:
        end = homes.past(prefix)
        values: list[Any] = [bucket, low, *([end] if end else []), limit]
        rows = self.index.each(
            f"SELECT {COLUMNS} FROM objects WHERE bucket=? AND key>=? "  # noqa: S608
            f"{'AND key<? ' if end else ''}ORDER BY key LIMIT ?",
            *values,
        )
        with closing(rows):
            for row in rows:
                yield stored_object(row, self.folder)


def _start(prefix: str, delimiter: str, after: str) -> str | None:
    """The first key that may follow *after*; after a common prefix, all that it stands for."""
    if after < prefix:
        return prefix
    if homes.rolled(after, prefix, delimiter) == after:
        return homes.past(after)
    return f"{after}\0"
