"""Archives that somebody else made, unpacked so that nothing leaves the folder."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

RESERVE = 1 << 30
"""Bytes that stay free on the disk, whatever an archive claims to hold."""


class BadArchive(Exception):
    """The archive cannot be unpacked here; the message says why."""


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a tar archive, compressed or not, into *folder*.

    Links and paths that lead outside, devices, and more bytes than the disk has room for are
    refused, as tarfile's ``data`` filter refuses them.

    Raises:
        BadArchive: names the member that is wrong.
    """
    folder.mkdir(parents=True, exist_ok=True)
    room = shutil.disk_usage(folder).free - RESERVE
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                room -= member.size
                if room < 0:
                    raise BadArchive("the archive is larger than the disk has room for")
                tar.extract(member, folder, filter="data")
    except tarfile.FilterError as fault:
        raise BadArchive(f"the archive would write outside its folder: {fault}") from None
    except (tarfile.TarError, EOFError, OSError) as fault:
        raise BadArchive(f"it is not a whole tar.gz archive: {fault}") from None
