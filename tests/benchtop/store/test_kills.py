"""The object store under kill -9: the old object or the new one, never a mixture."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from pathlib import Path

import pytest

from benchtop.store.s3.objects import NoSuchKey, Objects


def put(objects: Objects, key: str, content: bytes) -> None:
    objects.put("bucket", key, io.BytesIO(content))


def read(objects: Objects, key: str) -> bytes:
    with objects.open("bucket", key)[1] as content:
        return content.read()


def run_and_kill(folder: Path, script: str) -> None:
    """Run a script that ends itself, as a kill would, with status 9."""
    begin = (
        "import io, os, sys\nfrom pathlib import Path\n"
        "from benchtop.store.s3.objects import Objects\nfrom benchtop.store.s3.shelf import Shelf\n"
        f"objects = Objects(Path({str(folder)!r}))\n"
    )
    done = subprocess.run([sys.executable, "-c", begin + script], check=False)
    assert done.returncode == 9


def test_a_kill_in_an_upload_leaves_the_old_object(objects: Objects, folder: Path) -> None:
    """
    Killed while bytes come in, the store comes back with the old object and no half one.
    """
    put(objects, "key", b"old")
    objects.close()
    run_and_kill(
        folder,
        "class Fatal:\n"
        "    chunks = iter([b'half'])\n"
        "    def read(self, size):\n"
        "        return next(self.chunks, None) or os._exit(9)\n"
        "objects.put('bucket', 'key', Fatal())\n",
    )

    again = Objects(folder)
    assert read(again, "key") == b"old"
    assert list((folder / ".incoming").iterdir()) == []
    again.close()


@pytest.mark.parametrize("moved", [False, True])
def test_a_kill_after_the_commit_leaves_the_new_object(
    objects: Objects, folder: Path, moved: bool
) -> None:
    """
    Killed between the row and the move, or after the move, the new object is there, at home.
    """
    put(objects, "a/key", b"old")
    objects.close()
    move = "(self.folder / arriving).replace(self.folder / home)" if moved else "0"
    run_and_kill(
        folder,
        f"Shelf._settle = lambda self, arriving, home: ({move}, os._exit(9))\n"
        "objects.put('bucket', 'a/key', io.BytesIO(b'new'))\n",
    )

    again = Objects(folder)
    stored = again.get("bucket", "a/key")
    assert read(again, "a/key") == b"new"
    assert hashlib.md5(b"new").hexdigest() == stored.etag
    assert folder / "bucket/a/key" == stored.path
    again.close()


def test_a_kill_in_a_removal_leaves_no_file(objects: Objects, folder: Path) -> None:
    """
    Killed after the row went and before the file did, the file goes at the next start.
    """
    put(objects, "a/key", b"old")
    objects.close()
    run_and_kill(
        folder, "Shelf.sweep = lambda self: os._exit(9)\nobjects.remove('bucket', 'a/key')"
    )

    again = Objects(folder)
    with pytest.raises(NoSuchKey):
        again.get("bucket", "a/key")
    assert not (folder / "bucket").exists()
    again.close()
