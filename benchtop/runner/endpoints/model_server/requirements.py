"""What a model's requirements.txt asks for and this environment lacks."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def missing(root: Path) -> list[str]:
    """The requirements of the script beside the model that no installed distribution meets.

    Names are compared, not versions: the environment that stands in for an image has its own.
    """
    found = (folder / "requirements.txt" for folder in (root / "code", root / "model" / "code"))
    lines = [line for file in found if file.is_file() for line in file.read_text().splitlines()]
    wanted = [match.group() for line in lines if (match := NAME.match(line.strip()))]
    return [name for name in wanted if not _installed(name)]


def _installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True
