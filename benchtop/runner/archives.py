"""Archives in and out: what comes from outside stays in its folder, or is refused."""

from __future__ import annotations

import os
import shutil
import tarfile
from pathlib import Path, PurePosixPath

RESERVE = 1 << 30
"""Bytes that stay free on the disk, whatever an archive claims to hold."""


class BadArchive(ValueError):
    """The archive cannot be unpacked here; the message says why."""


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a tar archive, compressed or not, into *folder*.

    Files come first and links last, so that nothing is ever written through a link; paths and
    links that lead outside, devices, and more bytes than the disk has room for are refused.

    Raises:
        BadArchive: names the member that is wrong.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(archive) as tar:
            links = _files(tar, folder)
    except (tarfile.TarError, EOFError, OSError) as fault:
        if isinstance(fault, OSError) and fault.errno:
            raise
        why = str(fault).partition(":")[0]
        raise BadArchive(f"{archive.name} is not a complete tar archive: {why}") from None
    for link in links:
        _link(link, folder.resolve())


def _files(tar: tarfile.TarFile, folder: Path) -> list[tarfile.TarInfo]:
    """Write the files and folders; gives the symbolic links, which are not made yet."""
    links = []
    room = shutil.disk_usage(folder).free - RESERVE
    for member in tar:
        room -= member.size
        if room < 0:
            raise BadArchive("the archive is larger than the disk has room for")
        _check(member)
        if member.issym():
            links.append(member)
        else:
            _write(tar, member, folder / member.name)
    return links


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, place: Path) -> None:
    """Write a file or make a folder; no link exists yet that could lead it elsewhere."""
    content = tar.extractfile(member)
    if content is None:
        place.mkdir(parents=True, exist_ok=True)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    with content, place.open("wb") as out:
        shutil.copyfileobj(content, out)
    place.chmod(0o644 | member.mode & 0o111)


def _check(member: tarfile.TarInfo) -> None:
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts:
        raise BadArchive(f"the archive's member {member.name!r} would leave its folder")
    if not (member.isfile() or member.isdir() or member.issym()):
        raise BadArchive(
            f"the archive's member {member.name!r} is neither a file, a folder nor a symbolic link"
        )


def _link(member: tarfile.TarInfo, folder: Path) -> None:
    """Make a link to a file or folder of the same archive, if no other link is on the way."""
    place = Path(os.path.normpath(folder / member.name))
    target = Path(os.path.normpath(place.parent / member.linkname))
    inside = all(
        path.is_relative_to(folder) and path.resolve() == path for path in (place.parent, target)
    )
    if not inside or not target.exists() or place.exists() or place.is_symlink():
        raise BadArchive(
            f"the archive's member {member.name!r}, a link to {member.linkname!r}, leads outside "
            "its folder, or to nothing in the archive, or over another link"
        )
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(os.path.relpath(target, place.parent))


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
