"""Where the stores under test live."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the `objects` fixture."""
    return tmp_path / "buckets"
