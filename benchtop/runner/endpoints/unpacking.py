"""Archives that somebody else made, unpacked so that nothing leaves the folder."""

from __future__ import annotations

import os
import shutil
import tarfile
from pathlib import Path

RESERVE = 1 << 30
"""Bytes that stay free on the disk, whatever an archive claims to hold."""


class BadArchive(Exception):
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
    except tarfile.FilterError as fault:
        raise BadArchive(f"the archive would write outside its folder: {fault}") from None
    except (tarfile.TarError, EOFError, OSError) as fault:
        raise BadArchive(f"it is not a whole tar.gz archive: {fault}") from None
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
        if member.issym():
            links.append(member)
        elif member.isfile() or member.isdir():
            tar.extract(member, folder, filter="data")
        else:
            raise BadArchive(f"{member.name!r} is neither a file, a folder nor a symbolic link")
    return links


def _link(member: tarfile.TarInfo, folder: Path) -> None:
    """Make a link to a file or folder of the same archive, if no other link is on the way."""
    place = Path(os.path.normpath(folder / member.name))
    target = Path(os.path.normpath(place.parent / member.linkname))
    inside = all(
        path.is_relative_to(folder) and path.resolve() == path for path in (place.parent, target)
    )
    if not inside or not target.exists() or place.exists() or place.is_symlink():
        raise BadArchive(
            f"the link {member.name!r} to {member.linkname!r} leads outside its folder, or to "
            "nothing in the archive, or over another link"
        )
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(os.path.relpath(target, place.parent))
