"""``benchtop reset``: forget everything."""

from __future__ import annotations

import argparse
import shutil
import sys

from benchtop.settings import Settings
from benchtop.store.lock import StateLock, StateTaken

SUMMARY = "Forget everything: jobs, models, endpoints, buckets, logs."
EXAMPLES = """\
examples:
  benchtop reset
  benchtop reset --state /tmp/second
"""
OURS = "benchtop.db"


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Take no option but --state."""


def act(settings: Settings, _options: argparse.Namespace) -> int:
    """Remove the state folder, unless somebody serves it or it is not one of ours."""
    folder = settings.state
    if not folder.exists():
        print(f"There is nothing in {folder}.")
        return 0
    if any(folder.iterdir()) and not (folder / OURS).is_file():
        print(f"benchtop: {folder} is no state of benchtop; nothing was removed.", file=sys.stderr)
        return 1
    try:
        with StateLock(folder):
            shutil.rmtree(folder)
    except StateTaken as taken:
        print(f"benchtop: {taken}", file=sys.stderr)
        return 1
    print(f"Removed {folder}.")
    return 0
