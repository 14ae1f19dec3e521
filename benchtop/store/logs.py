"""CloudWatch's log groups and streams as files: a line per event, its milliseconds first.

An event of several lines goes on in lines that begin with a space. What a job prints is not
copied: its stream is a link to the log in the job's folder.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from benchtop.wire import Json

LONGEST_NAME = 240
"""Bytes that a file's name may have, with room for a suffix."""

TAIL = 1 << 16


class NoSuchGroup(KeyError):
    """The log group does not exist."""


class NoSuchStream(KeyError):
    """The log stream does not exist."""


class NameTooLong(ValueError):
    """The name does not fit into a file's name."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing said: when (milliseconds since 1970), what, and where the next one begins."""

    at: int
    text: str
    after: int


@dataclass(frozen=True, kw_only=True)
class Stream:
    """A log stream: its name, its file, and its age in milliseconds since 1970."""

    name: str
    path: Path
    created: int

    @property
    def size(self) -> int:
        """Bytes stored."""
        return self.path.stat().st_size if self.path.exists() else 0


class Logs:
    """All groups and streams; anyone may add streams, and lines to them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()

    def make_group(self, group: str, settings: Json | None = None) -> bool:
        """Make a group; whether it is new."""
        folder = self._group(group)
        try:
            folder.mkdir()
        except FileExistsError:
            return False
        self._write_settings(folder, {"created": _now(), **(settings or {})})
        return True

    def settings(self, group: str) -> Json:
        """When a group was created, and how long it keeps its logs."""
        path = self._existing(group) / "group.json"
        found: Json = json.loads(path.read_text()) if path.is_file() else {"created": 0}
        return found

    def set(self, group: str, **settings: object) -> None:
        """Change settings of a group; None removes one."""
        with self._lock:
            merged = {**self.settings(group), **settings}
            kept = {name: value for name, value in merged.items() if value is not None}
            self._write_settings(self._existing(group), kept)

    def remove_group(self, group: str) -> None:
        """Remove a group and its streams; a running job's log stays in the job's folder."""
        shutil.rmtree(self._existing(group))

    def groups(self, prefix: str = "") -> list[str]:
        """The names of all groups, in order."""
        names = (unquote(path.name) for path in self.folder.iterdir() if path.is_dir())
        return sorted(name for name in names if name.startswith(prefix))

    def make_stream(self, group: str, stream: str) -> bool:
        """Make a stream; whether it is new."""
        path = self._existing(group) / _file(stream)
        if path.is_symlink() or path.exists():
            return False
        path.touch()
        return True

    def show(self, group: str, pattern: str, path: Path) -> str:
        """Make a file that somebody else writes readable as a stream; the stream's name.

        The name is *pattern* with the first second, from now on, that no stream has yet.
        """
        self.make_group(group)
        path.touch()
        with self._lock:
            for second in itertools.count(_now() // 1000):
                stream = pattern.format(second)
                link = self._group(group) / _file(stream)
                if not link.is_symlink() and not link.exists():
                    link.symlink_to(os.path.relpath(path, link.parent))
                    return stream
        raise AssertionError

    def take(self, path: Path) -> None:
        """Move a shown file to where its streams are, before its folder goes."""
        if not path.is_file():
            return
        real = path.resolve()
        for link in self.folder.glob("*/*.log"):
            if link.is_symlink() and link.resolve() == real:
                os.replace(path, link)  # noqa: PTH105 - atomic, over the link itself
                return

    def remove_stream(self, group: str, stream: str) -> None:
        """Remove a stream."""
        self.stream(group, stream).path.unlink()

    def streams(self, group: str, prefix: str = "") -> list[Stream]:
        """The streams of a group, by name."""
        paths = self._existing(group).glob("*.log")
        found = [_stream(path) for path in paths]
        kept = [each for each in found if each.name.startswith(prefix)]
        return sorted(kept, key=lambda each: each.name)

    def stream(self, group: str, name: str) -> Stream:
        """A stream.

        Raises:
            NoSuchGroup, NoSuchStream: when there is none.
        """
        path = self._existing(group) / _file(name)
        if not path.is_symlink() and not path.exists():
            raise NoSuchStream(name)
        return _stream(path)

    def append(self, group: str, stream: str, events: Iterable[tuple[int, str]]) -> None:
        """Add events (milliseconds and text) to a stream; groups and streams come into being."""
        self.make_group(group)
        self.make_stream(group, stream)
        lines = [f"{at} {text}".replace("\n", "\n ") + "\n" for at, text in events]
        with self._lock, self.stream(group, stream).path.open("ab") as out:
            out.write("".join(lines).encode(errors="surrogateescape"))

    def events(self, group: str, stream: str, start: int = 0) -> Iterator[Event]:
        """The events of a stream, in the order written, from a byte position on."""
        path = self.stream(group, stream).path
        if not path.exists():
            return
        with path.open("rb") as file:
            file.seek(start)
            yield from _events(file, start)

    def span(self, group: str, stream: str) -> tuple[int | None, int | None]:
        """When the first and the last event of a stream were, if there are any."""
        first = next(self.events(group, stream), None)
        if first is None:
            return None, None
        path = self.stream(group, stream).path
        begin = max(0, path.stat().st_size - TAIL)
        with path.open("rb") as file:
            file.seek(begin)
            lines = file.read().splitlines()[1 if begin else 0 :]
        stamps = (line.partition(b" ")[0] for line in reversed(lines))
        last = next((int(each) for each in stamps if each.isdigit()), first.at)
        return first.at, last

    def _existing(self, group: str) -> Path:
        folder = self._group(group)
        if not folder.is_dir():
            raise NoSuchGroup(group)
        return folder

    def _group(self, group: str) -> Path:
        return self.folder / _quoted(group)

    def _write_settings(self, folder: Path, settings: Json) -> None:
        part = folder / "group.json.part"
        part.write_text(json.dumps(settings))
        part.replace(folder / "group.json")


def _events(lines: Iterable[bytes], position: int) -> Iterator[Event]:
    """Put lines together to events; the last one only once its line is complete."""
    said: list[bytes] = []
    for line in lines:
        if not line.endswith(b"\n"):
            break
        if not line.startswith(b" ") and said:
            yield _event(said, position)
            said = []
        said.append(line)
        position += len(line)
    if said:
        yield _event(said, position)


def _event(lines: list[bytes], after: int) -> Event:
    at, _, first = lines[0].partition(b" ")
    text = first + b"".join(line[1:] for line in lines[1:])
    when = int(at) if at.isdigit() else 0
    return Event(at=when, text=text[:-1].decode(errors="replace"), after=after)


def _stream(path: Path) -> Stream:
    created = int(path.lstat().st_ctime * 1000)
    return Stream(name=unquote(path.name.removesuffix(".log")), path=path, created=created)


def _file(stream: str) -> str:
    return f"{_quoted(stream)}.log"


def _quoted(name: str) -> str:
    quoted = quote(name, safe=" =+@,()[]$").replace(".", "%2E")
    if not quoted or len(quoted) > LONGEST_NAME:
        raise NameTooLong(f"The name {name!r} is too long for a log that is kept in a file.")
    return quoted


def _now() -> int:
    return int(time.time() * 1000)
