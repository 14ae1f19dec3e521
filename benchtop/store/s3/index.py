"""One SQLite file: one writer at a time, and readers that wait for nobody."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Any


class Index:
    """Rows that are on disk before anybody hears of them."""

    def __init__(self, path: Path, schema: str) -> None:
        self.lock = threading.RLock()
        self._path = path
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        self._writer = self._connect()
        self._writer.execute("PRAGMA journal_mode = WAL")
        self._writer.execute("PRAGMA synchronous = NORMAL")
        self._writer.executescript(schema)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: everything inside is written together, or not at all."""
        with self.lock:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise

    def all(self, query: str, *values: Any) -> list[Any]:
        """Every row of a query."""
        with self._reading() as reader:
            return reader.execute(query, values).fetchall()

    def each(self, query: str, *values: Any) -> Generator[Any]:
        """The rows of a query, fetched one by one: who stops early pays only for what it saw."""
        with self._reading() as reader, closing(reader.execute(query, values)) as cursor:
            yield from cursor

    def close(self) -> None:
        """Close the file; a reader still at work closes when it is done."""
        with self.lock:
            self._writer.close()
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            reader = self._idle.get_nowait()
        except Empty:
            reader = self._connect()
        try:
            yield reader
        finally:
            self._idle.put(reader)

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, check_same_thread=False, isolation_level=None)
