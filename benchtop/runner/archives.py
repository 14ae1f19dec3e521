"""Archives in and out: what comes from outside stays in its folder, or is refused."""

from __future__ import annotations

import tarfile
from pathlib import Path, PurePosixPath


class BadArchive(ValueError):
    """The archive is damaged, or holds what it should not."""


def unpack(archive: Path, target: Path) -> None:
    """Unpack a tar archive, compressed or not, into a folder.

    Only plain files and folders below *target* are taken: links and devices are refused, because
    a chain of links can leave the folder in ways that depend on the version of Python.

    Raises:
        BadArchive: a sentence that names what is wrong.
    """
    target.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                _check(member)
                tar.extract(member, target, filter="data")
    except (tarfile.TarError, EOFError, OSError) as fault:
        if isinstance(fault, OSError) and fault.errno:
            raise
        raise BadArchive(f"{archive.name} is not a complete tar archive: {fault}.") from fault


def _check(member: tarfile.TarInfo) -> None:
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts:
        raise BadArchive(f"The archive's member {member.name!r} would leave its folder.")
    if not (member.isfile() or member.isdir()):
        raise BadArchive(f"The archive's member {member.name!r} is neither a file nor a folder.")


def pack(folder: Path, archive: Path) -> None:
    """Pack what a folder contains, without the folder itself, into a tar.gz."""
    with tarfile.open(archive, "w:gz", compresslevel=6) as tar:
        for path in sorted(folder.iterdir()):
            tar.add(path, path.name, filter=_ours)


def _ours(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Leave out pipes and devices, which have no content to keep."""
    if not (member.isfile() or member.isdir() or member.issym() or member.islnk()):
        return None
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member
