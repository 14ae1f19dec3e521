"""What code archives promise."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from pipelines.sdk import code
from pipelines.sdk.code import Code


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of scripts in a project of its own."""
    monkeypatch.setattr(code, "ROOT", tmp_path)
    scripts = tmp_path / "scripts"
    (scripts / "inner" / "__pycache__").mkdir(parents=True)
    (scripts / "train.py").write_text("print(1)\n")
    (scripts / "inner" / "part.py").write_text("part = 1\n")
    (scripts / "inner" / "__pycache__" / "part.pyc").write_bytes(b"x")
    (scripts / ".hidden").write_text("secret")
    return scripts


def packed() -> Code:
    return Code("scripts", "s3://bucket/code")


def test_an_archive_depends_on_content_alone(folder: Path) -> None:
    """
    Other times and permissions give the same bytes at the same address.
    """
    before = packed().objects()
    os.utime(folder / "train.py", (1, 1))
    (folder / "train.py").chmod(0o700)

    assert packed().objects() == before


def test_changed_content_has_another_address(folder: Path) -> None:
    """
    A running execution keeps the code it was started with.
    """
    before = packed().archive_uri
    (folder / "train.py").write_text("print(2)\n")

    assert packed().archive_uri != before


def test_caches_and_hidden_files_stay_at_home(folder: Path) -> None:
    """
    Only scripts are packed.
    """
    archive = packed().objects()[packed().archive_uri]
    with tarfile.open(fileobj=io.BytesIO(archive)) as found:
        names = found.getnames()

    assert folder.name == "scripts"
    assert names == ["inner/part.py", "train.py"]


def test_a_missing_script_is_named(folder: Path) -> None:
    """
    A step that asks for a script which is not there fails when it is compiled.
    """
    with pytest.raises(FileNotFoundError, match=f"{folder.name} holds no tune.py"):
        packed().must_hold("tune.py")
