"""What unpacking promises of archives that mean harm."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from benchtop.runner import archives
from benchtop.runner.archives import BadArchive, unpack


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def archive(folder: Path, *members: tarfile.TarInfo) -> Path:
    path = folder / "archive.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for each in members:
            tar.addfile(each, io.BytesIO(b"x" * each.size))
    return path


@pytest.mark.parametrize(
    "hostile",
    [
        member("../escaped"),
        member("a/../../escaped"),
        member("link", tarfile.SYMTYPE, "/etc"),
        member("link", tarfile.SYMTYPE, "../../outside"),
        member("hard", tarfile.LNKTYPE, "../outside"),
        member("device", tarfile.CHRTYPE),
        member("fifo", tarfile.FIFOTYPE),
    ],
)
def test_nothing_leaves_the_folder(tmp_path: Path, hostile: tarfile.TarInfo) -> None:
    """Paths, links and devices that lead outside are refused, and write nothing there."""
    path = archive(tmp_path, hostile)

    with pytest.raises(BadArchive, match=r"(outside|leave) its folder|is neither a file"):
        unpack(path, tmp_path / "inside" / "model")

    assert sorted(each.name for each in tmp_path.iterdir()) == ["archive.tar.gz", "inside"]


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    """A chain of links, each harmless by itself, cannot carry a file out of the folder."""
    chain = [
        member("a/b/c", tarfile.DIRTYPE), member("here", tarfile.SYMTYPE, "a/b"),
        member("up", tarfile.SYMTYPE, "here/../.."), member("up/escaped"),
    ]  # fmt: skip

    with pytest.raises(BadArchive, match=r"over another link|outside its folder"):
        unpack(archive(tmp_path, *chain), tmp_path / "inside" / "model")

    assert not list(tmp_path.glob("escaped")) + list(tmp_path.glob("inside/escaped"))


def test_links_within_the_archive_are_kept(tmp_path: Path) -> None:
    """A link to a file of the same archive is made, wherever it stands in the archive."""
    link, blob = member("snapshot/weights", tarfile.SYMTYPE, "../blobs/1"), member("blobs/1")
    blob.size = 3

    unpack(archive(tmp_path, link, blob), tmp_path / "model")

    assert (tmp_path / "model" / "snapshot" / "weights").read_text() == "xxx"


def test_an_absolute_path_is_refused(tmp_path: Path) -> None:
    """A member that begins at the root is refused by its name."""
    with pytest.raises(BadArchive, match="'/etc/passwd' would leave its folder"):
        unpack(archive(tmp_path, member("/etc/passwd")), tmp_path / "model")


@pytest.mark.parametrize("content", [b"", b"not a tar", b"\x1f\x8b\x08\x00broken"])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    """A damaged archive is a sentence, not a traceback."""
    path = tmp_path / "archive.tar.gz"
    path.write_bytes(content)

    with pytest.raises(BadArchive, match="not a complete"):
        unpack(path, tmp_path / "model")


def test_an_archive_larger_than_the_disk_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a member claims to hold is compared with the room there is, before it is written."""
    large = member("bomb")
    large.size = 1000
    monkeypatch.setattr(archives, "RESERVE", 1 << 60)

    with pytest.raises(BadArchive, match="larger than the disk"):
        unpack(archive(tmp_path, large), tmp_path / "model")
