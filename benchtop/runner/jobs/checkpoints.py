"""Checkpoints follow the job: from S3 before it starts, to S3 while it runs and at the end."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path

from benchtop.runner.jobs.channels import files
from benchtop.store.s3.objects import Objects, split

SUFFIX = ".sagemaker-"
"""Files that end so talk between agent and container; they are never uploaded."""


log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Checkpoints:
    """A folder and its S3 prefix, kept alike: new, changed and deleted files are mirrored.

    What is in S3 already is noted in the file ``memory``, for whoever goes on with the job.
    """

    objects: Objects
    folder: Path
    uri: str
    memory: Path

    def push(self) -> None:
        """Bring to S3 what changed in the folder since the last time."""
        bucket, prefix = split(self.uri)
        known, now = self._known(), self._found()
        if now == known:
            return
        for name, state in now.items():
            if known.get(name) != state:
                path = self.folder / name
                self.objects.put_file(bucket, _key(prefix, name), path)
                path.with_name(f"{path.name}{SUFFIX}uploaded").touch()
        for name in known.keys() - now.keys():
            self.objects.remove(bucket, _key(prefix, name))
        self._note(now)

    def follow(self) -> None:
        """Bring to S3 what changed, as well as can be done now."""
        try:
            self.push()
        except (OSError, KeyError) as fault:  # a file vanished under our hands, or the bucket did
            log.warning("Could not bring checkpoints to %s: %r", self.uri, fault)

    def restored(self) -> None:
        """Note what came from S3, so that it is not brought back there."""
        self._note(self._found())

    def _found(self) -> dict[str, list[int]]:
        found = ((path, name) for path, name in files(self.folder) if SUFFIX not in path.name)
        return {name: _state(path) for path, name in found}

    def _known(self) -> dict[str, list[int]]:
        known = json.loads(self.memory.read_bytes()) if self.memory.is_file() else {}
        return dict(known)

    def _note(self, states: dict[str, list[int]]) -> None:
        part = self.memory.with_suffix(".part")
        part.write_text(json.dumps(states))
        part.replace(self.memory)


def _key(prefix: str, name: str) -> str:
    return f"{prefix.rstrip('/')}/{name}".lstrip("/")


def _state(path: Path) -> list[int]:
    state = path.stat()
    return [state.st_size, state.st_mtime_ns]
