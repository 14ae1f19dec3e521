"""The object store: complete, atomic, durable, and true to any key."""

from __future__ import annotations

import errno
import hashlib
import io
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchtop.store.s3.objects import NoSuchBucket, Objects
from benchtop.store.s3.uploads import Uploads

ODD_KEYS = [
    "..", "../../etc/passwd", "a/../b", "//", "/a", "a/", "a//b", ".", "./a", ".incoming",
    ".unusual/x", "objects.db", "%2F", "a%2Fb", "a b+c", "ü/日本/🦭", "k" * 1024, "k/" * 512,
    "a", "a/b", "a/b/c", "A", "\\", "C:\\x", "\x01", "a\nb", "%_", "~", "-rf", "$(x)", "\0",
]  # fmt: skip
KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40) | st.text(
    "./ab%", min_size=1, max_size=8
)


def read(objects: Objects, key: str) -> bytes:
    with objects.open("bucket", key)[1] as content:
        return content.read()


def put(objects: Objects, key: str, content: bytes) -> None:
    objects.put("bucket", key, io.BytesIO(content))


def below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_odd_keys_stay_apart_and_inside(objects: Objects, tmp_path: Path) -> None:
    """
    Keys of every kind live beside one another, give their own bytes, and leave no folder.
    """
    for key in ODD_KEYS:
        put(objects, key, key.encode())

    assert {key: key.encode() for key in ODD_KEYS} == {key: read(objects, key) for key in ODD_KEYS}
    assert sorted(ODD_KEYS, key=str.encode) == [each.key for each in objects.each("bucket")]
    assert {"buckets"} == {path.name for path in tmp_path.iterdir()}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keys=st.sets(KEYS, max_size=8))
def test_any_set_of_keys_is_kept(objects: Objects, keys: set[str]) -> None:
    """
    Whatever keys come together, each reads back, all are listed in byte order, and all can go.
    """
    for key in keys:
        put(objects, key, key.encode())

    assert sorted(keys, key=str.encode) == [each.key for each in objects.each("bucket")]
    for key in keys:
        assert key.encode() == read(objects, key)
        objects.remove("bucket", key)
    assert list(objects.each("bucket")) == []


def test_ordinary_keys_are_ordinary_files(objects: Objects, folder: Path) -> None:
    """
    A key that a file system can hold is a file of that name, for people to open.
    """
    put(objects, "flights/2013-01.csv", b"x")

    assert (folder / "bucket" / "flights" / "2013-01.csv").read_bytes() == b"x"


def test_a_reader_keeps_its_bytes(objects: Objects) -> None:
    """
    An object that is replaced or removed while it is read goes on giving the old bytes.
    """
    put(objects, "key", b"old")
    _, first = objects.open("bucket", "key")
    put(objects, "key", b"new")
    _, second = objects.open("bucket", "key")
    objects.remove("bucket", "key")

    with first, second:
        assert (first.read(), second.read()) == (b"old", b"new")


def test_a_broken_upload_changes_nothing(objects: Objects, folder: Path) -> None:
    """
    When the bytes stop coming, or the disk is full, the old object stays and nothing is left.
    """

    class Broken:
        chunks = iter([b"half"])

        def read(self, _size: int) -> bytes:
            if chunk := next(self.chunks, None):
                return chunk
            raise OSError(errno.ENOSPC, "full")

    put(objects, "key", b"old")
    with pytest.raises(OSError, match="full"):
        objects.put("bucket", "key", Broken())

    assert read(objects, "key") == b"old"
    assert list((folder / ".incoming").iterdir()) == []


def test_a_restart_keeps_everything(objects: Objects, folder: Path) -> None:
    """
    A store opened on the same folder has the same buckets, objects and uploads.
    """
    put(objects, "key", b"x")
    upload = Uploads(objects).begin("bucket", "other", {}, {})
    before = objects.get("bucket", "key")
    objects.close()

    again = Objects(folder)
    assert before == again.get("bucket", "key")
    assert [upload] == Uploads(again).open("bucket")
    again.close()


def test_what_goes_leaves_no_folders(objects: Objects, folder: Path) -> None:
    """
    Removing the last object of a folder removes the folder, so that its name is free for a key.
    """
    put(objects, "a/b/c", b"x")
    objects.remove("bucket", "a/b/c")
    put(objects, "a", b"y")

    assert (folder / "bucket" / "a").read_bytes() == b"y"


def test_a_file_can_become_the_object(objects: Objects, tmp_path: Path) -> None:
    """
    put_file copies, so that the caller's file stays; with move the file itself is taken.
    """
    (tmp_path / "file").write_bytes(b"x")
    objects.put_file("bucket", "copy", tmp_path / "file")
    objects.put_file("bucket", "moved", tmp_path / "file", move=True)

    assert (read(objects, "copy"), read(objects, "moved")) == (b"x", b"x")
    assert not (tmp_path / "file").exists()


def test_copy_to_gives_a_file_of_its_own(objects: Objects, tmp_path: Path) -> None:
    """
    Changing the copy that a job got does not change the object.
    """
    put(objects, "key", b"object")
    objects.copy_to("bucket", "key", tmp_path / "deep" / "copy")
    (tmp_path / "deep" / "copy").write_bytes(b"changed")

    assert read(objects, "key") == b"object"


def test_a_bucket_is_needed(objects: Objects) -> None:
    """
    Nothing is put into, or listed from, a bucket that is not there.
    """
    with pytest.raises(NoSuchBucket):
        objects.put("absent", "key", io.BytesIO())
    with pytest.raises(NoSuchBucket):
        objects.each("absent")
    with pytest.raises(ValueError, match="name of a bucket"):
        objects.make_bucket("../outside")


def test_listeners_hear_of_each_change(objects: Objects) -> None:
    """
    A listener hears of an object after it is there, and after it is gone.
    """
    heard = []
    objects.listen(lambda event, stored: heard.append((event, stored.key)))
    put(objects, "key", b"x")
    objects.remove("bucket", "key")

    assert heard == [("created", "key"), ("removed", "key")]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keys=st.sets(st.text("a/b", min_size=1, max_size=5), max_size=12), size=st.integers(1, 5),
       prefix=st.text("a/", max_size=2))  # fmt: skip
def test_pages_add_up_to_the_listing(
    objects: Objects, keys: set[str], size: int, prefix: str
) -> None:
    """
    Pages of any size give what the definition of prefix and delimiter gives, once, in order.
    """
    for stale in list(objects.each("bucket")):
        objects.remove("bucket", stale.key)
    for key in keys:
        put(objects, key, b"")
    found, after = [], ""
    while True:
        page = objects.page("bucket", prefix=prefix, delimiter="/", after=after, limit=size)
        found += sorted([*(each.key for each in page.objects), *page.prefixes])
        if not (after := page.last):
            break

    matching = [key[len(prefix) :] for key in keys if key.startswith(prefix)]
    expected = {prefix + (key[: key.find("/") + 1] or key) for key in matching}
    assert sorted(expected) == found


def test_readers_and_writers_at_once(objects: Objects) -> None:
    """
    Whoever reads while many write gets one whole object, with the ETag of its very bytes.
    """
    put(objects, "key", b"first")

    def write(number: int) -> None:
        put(objects, "key", bytes([number]) * number * 999)

    def is_whole(_: int) -> bool:
        stored, content = objects.open("bucket", "key")
        with content:
            return hashlib.md5(content.read()).hexdigest() == stored.etag

    with ThreadPoolExecutor(6) as pool:
        writes = pool.map(write, range(1, 60))
        assert all(pool.map(is_whole, range(300)))
        list(writes)
    assert list(objects.shelf.incoming.iterdir()) == []


def test_readers_do_not_wait_for_an_upload(objects: Objects) -> None:
    """
    While an upload is under way, other objects are read and listed.
    """
    put(objects, "other", b"x")

    class Slow:
        seen: bytes | None = None

        def read(self, _size: int) -> bytes:
            chunk, self.seen = b"" if self.seen else b"chunk", read(objects, "other")
            return chunk

    objects.put("bucket", "key", Slow())
    assert [each.key for each in objects.each("bucket")] == ["key", "other"]


def test_the_folder_belongs_to_one(objects: Objects, folder: Path) -> None:
    """
    A second store on a folder at work does not sweep away what the first one is receiving.
    """
    arriving = objects.shelf.arrival()
    arriving.write_bytes(b"half")
    other = Objects(folder)

    assert arriving.exists()
    other.close()
    os.unlink(arriving)  # noqa: PTH108
