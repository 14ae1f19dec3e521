"""What the runner is given: the parts of the store and the settings that it uses, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol


class Objects(Protocol):
    """S3 objects as files."""

    def copy_to(self, bucket: str, key: str, target: Path) -> None:
        """Write an object's bytes to a file; KeyError if there is none."""

    def each(self, bucket: str, prefix: str = "", after: str = "") -> Iterator[Any]:
        """The objects whose keys start with a prefix; KeyError if there is no such bucket."""


class Logs(Protocol):
    """CloudWatch Logs."""

    def append(self, group: str, stream: str, events: Iterable[tuple[int, str]]) -> None:
        """Add lines, each with its time in milliseconds."""


class Images(Protocol):
    """Which interpreter stands in for which image."""

    def python(self, image_uri: str) -> str:
        """The path of the interpreter."""


class Isolation(Protocol):
    """How a process gets an /opt/ml of its own."""

    def wrap(self, command: list[str], opt_ml: Path) -> list[str]:
        """The command that runs *command* with *opt_ml* as its /opt/ml."""

    def root(self, opt_ml: Path) -> str:
        """Where the wrapped process finds its /opt/ml."""

    def environment(self, opt_ml: Path) -> dict[str, str]:
        """Variables that the wrapped process needs besides."""


def split(uri: str) -> tuple[str, str]:
    """The bucket and the key of an S3 URI."""
    bucket, _, key = uri.partition("://")[2].partition("/")
    return bucket, key
