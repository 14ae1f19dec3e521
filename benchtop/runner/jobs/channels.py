"""Between S3 and a job's folders: prefixes and manifests in, files out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, TypeAlias

from benchtop.store.s3.objects import NoSuchBucket, NoSuchKey, Objects, StoredObject, split

Found: TypeAlias = tuple[StoredObject, str]
"""An object, and its path below the channel's folder."""


class BadData(ValueError):
    """The data cannot become files; the message says which and why."""


def find(objects: Objects, uri: str, kind: str = "S3Prefix") -> Iterator[Found]:
    """The objects that an S3 data source names.

    Raises:
        BadData: when a bucket, an object or a manifest is not what it should be.
    """
    try:
        if kind == "ManifestFile":
            yield from _listed(objects, uri)
        else:
            bucket, prefix = split(uri)
            for each in objects.each(bucket, prefix):
                yield each, below(prefix, each.key)
    except NoSuchBucket as fault:
        raise BadData(f"The bucket {fault.args[0]} of {uri} does not exist.") from None
    except NoSuchKey as fault:
        raise BadData(f"The object {fault.args[0]}, which {uri} needs, does not exist.") from None


def below(prefix: str, key: str) -> str:
    """The path of an object below its channel: SageMaker takes prefixes as text, not as folders.

    >>> below("data/train", "data/train/a.csv"), below("data/train/", "data/train/a/b.csv")
    ('a.csv', 'a/b.csv')
    >>> below("data/a.csv", "data/a.csv"), below("data/train", "data/train-more/c.csv")
    ('a.csv', 'train-more/c.csv')
    """
    rest = key[len(prefix) :]
    if rest and (not prefix or prefix.endswith("/") or rest.startswith("/")):
        return rest.lstrip("/")
    return key[prefix.rfind("/") + 1 :]


def _listed(objects: Objects, uri: str) -> Iterator[Found]:
    bucket, key = split(uri)
    prefix, names = _manifest(objects.get(bucket, key).path, uri)
    for name in names:
        home, path = split(prefix + name)
        each = objects.get(home, path)
        yield each, name if prefix else PurePosixPath(path).name


def _manifest(path: Path, uri: str) -> tuple[str, list[str]]:
    try:
        content: Any = json.loads(path.read_bytes())
    except ValueError as fault:
        raise BadData(f"The manifest {uri} is not JSON: {fault}.") from None
    entries: list[Any] = content if isinstance(content, list) else [None]
    prefix = ""
    if entries and isinstance(entries[0], dict):
        prefix = str(entries.pop(0).get("prefix", ""))
    if not all(isinstance(entry, str) for entry in entries):
        raise BadData(
            f"The manifest {uri} is not a JSON list of a prefix and the names of objects."
        )
    return prefix, entries


def fetch(found: Iterator[Found], target: Path, pause: Callable[[], None]) -> int:
    """Copy objects into a folder, asking *pause* before each; how many there were.

    Raises:
        BadData: when a key cannot be a path below the folder.
    """
    target.mkdir(parents=True, exist_ok=True)
    count = 0
    for each, name in found:
        pause()
        _copy(each, name, target)
        count += 1
    return count


def _copy(each: StoredObject, name: str, target: Path) -> None:
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts or "\0" in name:
        raise BadData(f"The key {each.key!r} would leave the folder of its channel.")
    path = target.joinpath(*parts)
    try:
        if name.endswith("/") and not each.size:
            path.mkdir(parents=True, exist_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(each.path, path)
    except (FileExistsError, IsADirectoryError, NotADirectoryError):
        raise BadData(f"The key {each.key!r} is a file and a folder at once.") from None


def files(folder: Path) -> Iterator[tuple[Path, str]]:
    """The files below a folder and their names; links that leave it, and pipes, are left out."""
    root = folder.resolve()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.resolve().is_relative_to(root):
            yield path, path.relative_to(folder).as_posix()


def keep(objects: Objects, folder: Path, uri: str) -> int:
    """Store every file below a folder under an S3 URI; how many there were."""
    bucket, prefix = split(uri)
    count = 0
    for path, name in files(folder):
        objects.put_file(bucket, f"{prefix.rstrip('/')}/{name}".lstrip("/"), path)
        count += 1
    return count
