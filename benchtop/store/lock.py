"""One benchtop per state folder: who holds it, and where it listens."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class Holder:
    """The benchtop that serves a state folder."""

    pid: int
    endpoint: str
    lasting: bool


class StateTaken(Exception):
    """Another benchtop serves this state folder."""

    def __init__(self, folder: Path, holder: Holder | None) -> None:
        where = f" at {holder.endpoint} (pid {holder.pid})" if holder else ""
        super().__init__(
            f"A benchtop already serves {folder}{where}: use that one, stop it, "
            "or give this one a state of its own with --state DIR."
        )


class StateLock:
    """Holds a state folder; the kernel lets go when the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._file = (folder / "lock").open("a+")

    def __enter__(self) -> Self:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            taken = StateTaken(self.folder, _read(self.folder))
            self._file.close()
            raise taken from None
        self._file.truncate(0)  # what an earlier holder told, if it was killed
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _fault: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._file.truncate(0)
        self._file.close()

    def tell(self, endpoint: str, *, lasting: bool) -> None:
        """Write down where clients reach us, and whether we stay until somebody stops us."""
        told = {"pid": os.getpid(), "endpoint": endpoint, "lasting": lasting}
        self._file.truncate(0)
        self._file.write(json.dumps(told))
        self._file.flush()


def holder(folder: Path) -> Holder | None:
    """The benchtop that serves *folder* now, if there is one."""
    path = folder / "lock"
    if not path.is_file():
        return None
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return _read(folder)
    return None


def _read(folder: Path) -> Holder | None:
    try:
        told: dict[str, Any] = json.loads((folder / "lock").read_text())
        return Holder(**told)
    except (OSError, ValueError, TypeError):
        return None
