"""The code of Lambda functions, unpacked, and the events they have yet to see: files to open."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import uuid
import zipfile
from io import BytesIO
from pathlib import Path, PurePosixPath

from benchtop.wire import Json

LARGEST = 262_144_000
"""Bytes of unpacked code, as on AWS."""


class BadArchive(ValueError):
    """The archive cannot be unpacked; the message says why, in AWS's words where it has some."""


class FunctionFiles:
    """One folder for each function: ``code/<digest>/``, ``events/``, ``logs/``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep_code(self, function: str, archive: bytes) -> str:
        """Unpack an archive, complete before it can be seen; its SHA-256 in base64.

        Raises:
            BadArchive: when it is no ZIP, is too large, or has a path that leaves its folder.
        """
        digest = hashlib.sha256(archive).digest()
        home = self.code(function, base64.b64encode(digest).decode())
        if not home.is_dir():
            arriving = self._folder / ".incoming" / uuid.uuid4().hex
            arriving.mkdir(parents=True)
            try:
                _unpack(archive, arriving)
                home.parent.mkdir(parents=True, exist_ok=True)
                if not home.is_dir():
                    arriving.rename(home)
            finally:
                shutil.rmtree(arriving, ignore_errors=True)
        return base64.b64encode(digest).decode()

    def code(self, function: str, digest: str) -> Path:
        """The folder of a function's code."""
        return self._folder / function / "code" / base64.b64decode(digest).hex()

    def forget(self, function: str) -> None:
        """Remove everything of a function."""
        shutil.rmtree(self._folder / function, ignore_errors=True)

    def keep_event(self, function: str, event_id: str, event: Json) -> None:
        """Write down an event before it is acknowledged."""
        folder = self._folder / function / "events"
        folder.mkdir(parents=True, exist_ok=True)
        arriving = folder / f".{event_id}"
        arriving.write_text(json.dumps(event))
        arriving.rename(folder / f"{event_id}.json")

    def drop_event(self, function: str, event_id: str) -> None:
        """Forget an event that was dealt with."""
        (self._folder / function / "events" / f"{event_id}.json").unlink(missing_ok=True)

    def events(self) -> list[tuple[str, str, Json]]:
        """The events not dealt with yet: function, id, event; the oldest first."""
        found = self._folder.glob("*/events/*.json")
        return [
            (path.parents[1].name, path.stem, json.loads(path.read_text()))
            for path in sorted(found, key=lambda path: path.stat().st_mtime)
        ]

    def keep_log(self, function: str, request_id: str, log: bytes) -> None:
        """Keep what an invocation printed."""
        folder = self._folder / function / "logs"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{request_id}.log").write_bytes(log)
        except FileNotFoundError:
            return  # the function was deleted while it ran


def _unpack(archive: bytes, target: Path) -> None:
    try:
        with zipfile.ZipFile(BytesIO(archive)) as opened:
            _check(opened)
            # Links come out as small files with the path in them, so none can lead outside.
            opened.extractall(target)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as fault:
        raise BadArchive(
            "Could not unzip uploaded file. Please check your file, then try to upload again."
        ) from fault


def _check(opened: zipfile.ZipFile) -> None:
    if sum(each.file_size for each in opened.infolist()) > LARGEST:
        raise BadArchive(f"Unzipped size must be smaller than {LARGEST} bytes")
    for name in opened.namelist():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise BadArchive(f"The archive has a path that leaves its folder: {name}")
