"""The channels of a training job: which there may be, of what type, and their files."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

from .faults import Fault, refused

Channels: TypeAlias = dict[str, dict[str, Any]]

CSV, LIBSVM, PARQUET, RECORDIO = "csv", "libsvm", "parquet", "recordio-protobuf"
TYPES = {
    CSV: CSV,
    LIBSVM: LIBSVM,
    PARQUET: PARQUET,
    RECORDIO: RECORDIO,
    "text/csv": CSV,
    "text/libsvm": LIBSVM,
    "text/x-libsvm": LIBSVM,
    "application/x-parquet": PARQUET,
    "application/x-recordio-protobuf": RECORDIO,
}
KNOWN = ("train", "validation", "code")
DEEPEST = 3
"""Folders that a file may lie in, the channel's own included."""

log = logging.getLogger(__name__)


def validate(channels: Channels) -> str:
    """The type of the data: that of the train channel counts for both.

    Raises:
        Fault: for a channel that is missing, unknown, or of a type that is not read.
    """
    if "train" not in channels:
        raise Fault("Missing required channel: train")
    for name, channel in channels.items():
        if name not in KNOWN:
            raise Fault(f"Extraneous channel found: {name}")
        if channel.get("TrainingInputMode") == "Pipe":
            raise refused("Pipe mode", "use File mode")
        if name != "code":
            content_type(channel.get("ContentType"))
    kind = content_type(channels["train"].get("ContentType"))
    if kind == RECORDIO:
        raise refused("ContentType application/x-recordio-protobuf", "use CSV, libsvm or Parquet")
    return kind


def content_type(given: str | None) -> str:
    """What a channel's content type means; libsvm where there is none.

    >>> content_type("text/csv; label_size=1"), content_type(None)
    ('csv', 'libsvm')
    """
    if given is None:
        return LIBSVM
    media, *parameters = (part.strip() for part in given.lower().split(";"))
    if media not in TYPES:
        raise Fault(f"{given} is not an accepted ContentType: {', '.join(TYPES)}.")
    sizes = [each for each in parameters if each.partition("=")[0].strip() == "label_size"]
    if TYPES[media] == CSV and any(_value(each) != "1" for each in sizes):
        raise Fault(
            f"{given} is not an accepted csv ContentType. "
            "Optional parameter label_size must be equal to 1"
        )
    return TYPES[media]


def _value(parameter: str) -> str:
    return parameter.partition("=")[2].strip().strip('"')


def files(folder: Path) -> Iterator[Path]:
    """The data files of a channel, in the order of their names.

    Raises:
        Fault: when one is hidden.
    """
    if not folder.is_dir():
        return
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    if any(path.name.startswith(".") for path in found):
        raise Fault("Hidden file found in the data path! Remove that before training.")
    near = [path for path in found if len(path.relative_to(folder).parts) <= DEEPEST]
    if len(near) < len(found):
        log.warning(
            "The depth of folder %s exceed the limit %s. Files in deeper sub dirs won't be loaded."
            " Please adjust the folder structure accordingly.", folder, DEEPEST,
        )  # fmt: skip
    yield from (path for path in near if not path.name.startswith("_") and path.stat().st_size)
