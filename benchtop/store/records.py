"""Resources as rows: what was acknowledged is on disk before the client hears of it."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchtop.wire import Json

COLUMNS = "kind, name, arn, status, parent, created, modified, score, body"
SORTS = {"Name": "name", "CreationTime": "created", "Status": "status",
         "LastModifiedTime": "modified", "Score": "score"}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Record:
    """One resource: a few columns to find it by, and its body in AWS's own names."""

    kind: str
    name: str
    arn: str
    body: Json
    status: str = ""
    parent: str = ""
    created: float = field(default_factory=time.time)
    modified: float = field(default_factory=time.time)
    score: float | None = None

    def evolve(self, *, status: str | None = None, **members: Any) -> Record:
        """A copy with another status and other body members; a member set to None is dropped."""
        merged = {**self.body, **members}
        body = {name: value for name, value in merged.items() if value is not None}
        return replace(self, body=body, status=self.status if status is None else status)


@dataclass(frozen=True, kw_only=True)
class Search:
    """What a List operation may ask: filters, an order, and a window."""

    kind: str
    parent: str | None = None
    status: str | None = None
    name_contains: str | None = None
    created_after: float | None = None
    created_before: float | None = None
    modified_after: float | None = None
    modified_before: float | None = None
    scored: bool = False
    members: dict[str, str | bool] = field(default_factory=dict)
    """Body members by what they must equal; True: be there, False: be absent."""
    sort_by: str = "CreationTime"
    descending: bool = False
    limit: int = -1
    offset: int = 0


class Missing(KeyError):
    """There is no such record."""


class Duplicate(KeyError):
    """There is a record of this kind and name already."""


Listener = Callable[[Record], None]


class Records:
    """All resources, in one SQLite file; listeners hear of each committed change."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._listeners: list[Listener] = []
        self._unheard: list[Record] = []
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript((Path(__file__).parent / "schema.sql").read_text())

    def listen(self, listener: Listener) -> None:
        """Call *listener* with each record that was added or changed, after it is on disk."""
        self._listeners.append(listener)

    def add(self, record: Record) -> Record:
        """Keep a new record.

        Raises:
            Duplicate: when the kind has the name already, in any case.
        """
        try:
            with self.transaction():
                self._db.execute(
                    f"INSERT INTO records ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)",  # noqa: S608
                    _row(record),
                )
                self._unheard.append(record)
        except sqlite3.IntegrityError as fault:
            raise Duplicate(f"{record.kind} {record.name}") from fault
        return record

    def change(
        self, kind: str, name: str, edit: Callable[[Record], Record], *, touch: bool = True
    ) -> Record:
        """Apply *edit* to the stored record in one transaction; *edit* must not wait for anything.

        The time of the last modification moves, unless *touch* is False.

        Raises:
            Missing: when there is no such record.
        """
        with self.transaction():
            before = self.get(kind, name)
            after = edit(before)
            if after == before:
                return before
            after = replace(after, modified=time.time()) if touch else after
            self._db.execute(
                "UPDATE records SET arn=?, status=?, parent=?, created=?, modified=?, score=?,"
                " body=? WHERE kind=? AND name=?",
                (*_row(after)[2:], kind, name),
            )
            self._unheard.append(after)
        return after

    def remove(self, kind: str, name: str) -> None:
        """Forget a record; forgetting what is not there changes nothing."""
        with self._lock:
            self._db.execute("DELETE FROM records WHERE kind=? AND name=?", (kind, name))

    def find(self, kind: str, name: str) -> Record | None:
        """The record of this kind and name, if there is one."""
        return self._first("kind=? AND name=?", kind, name)

    def get(self, kind: str, name: str) -> Record:
        """The record of this kind and name.

        Raises:
            Missing: when there is none.
        """
        record = self.find(kind, name)
        if record is None:
            raise Missing(f"{kind} {name}")
        return record

    def at(self, arn: str) -> Record | None:
        """The record with this ARN, if there is one."""
        return self._first("arn=?", arn)

    def search(self, asked: Search) -> list[Record]:
        """The records that pass the filters, in order; ties are broken by name."""
        where, values = _where(asked)
        direction = "DESC" if asked.descending else "ASC"
        order = f"ORDER BY {SORTS[asked.sort_by]} {direction}, name {direction}"
        # Bodies are large: only those of the window are read, the others are not even sorted.
        window = f"SELECT rowid FROM records WHERE {where} {order} LIMIT ? OFFSET ?"  # noqa: S608
        with self._lock:
            rows = self._db.execute(
                f"SELECT {COLUMNS} FROM records WHERE rowid IN ({window}) {order}",  # noqa: S608
                (*values, asked.limit, asked.offset),
            ).fetchall()
        return [_record(row) for row in rows]

    def count(self, kind: str, *, status: str | None = None, parent: str | None = None) -> int:
        """How many records of a kind there are."""
        where, values = _where(Search(kind=kind, status=status, parent=parent))
        with self._lock:
            row = self._db.execute(f"SELECT count(*) FROM records WHERE {where}", values)  # noqa: S608
            return int(row.fetchone()[0])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is written together, or not at all; re-entrant.

        Listeners hear of it after the outermost one is on disk, when no lock is held any more.
        """
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                self._unheard.clear()
                raise
            self._db.execute("COMMIT")
            heard, self._unheard = self._unheard, []
        for record in heard:
            for listener in self._listeners:
                listener(record)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _first(self, where: str, *values: str) -> Record | None:
        with self._lock:
            row = self._db.execute(
                f"SELECT {COLUMNS} FROM records WHERE {where}",  # noqa: S608
                values,
            ).fetchone()
        return _record(row) if row else None


def _row(record: Record) -> tuple[Any, ...]:
    return (
        record.kind, record.name, record.arn, record.status, record.parent,
        record.created, record.modified, record.score, json.dumps(record.body),
    )  # fmt: skip


def _record(row: tuple[Any, ...]) -> Record:
    kind, name, arn, status, parent, created, modified, score, body = row
    return Record(
        kind=kind, name=name, arn=arn, status=status, parent=parent,
        created=created, modified=modified, score=score, body=json.loads(body),
    )  # fmt: skip


def _where(asked: Search) -> tuple[str, list[Any]]:
    wanted: dict[str, Any] = {
        "kind = ?": asked.kind,
        "parent = ?": asked.parent,
        "status = ?": asked.status,
        "instr(name, ?) > 0": asked.name_contains,
        "created > ?": asked.created_after,
        "created < ?": asked.created_before,
        "modified > ?": asked.modified_after,
        "modified < ?": asked.modified_before,
    }
    given = {clause: value for clause, value in wanted.items() if value is not None}
    clauses = [*given, *(["score IS NOT NULL"] if asked.scored else [])]
    values = list(given.values())
    for member, value in asked.members.items():
        path = f'$."{member}"'
        if isinstance(value, bool):
            clauses.append(f"json_extract(body, ?) IS {'NOT ' if value else ''}NULL")
            values.append(path)
        else:
            clauses.append("json_extract(body, ?) = ?")
            values += [path, value]
    return " AND ".join(clauses), values
