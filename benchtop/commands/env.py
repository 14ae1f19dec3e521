"""``benchtop env``: shell lines that turn a shell towards benchtop."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from benchtop.settings import Settings
from benchtop.store.lock import holder
from benchtop.surroundings import exports

SUMMARY = "Print the exports that turn a shell, and every AWS client in it, towards benchtop."
EXAMPLES = """\
examples:
  eval "$(benchtop env)"
  eval "$(benchtop env)" && aws s3 ls
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``env``."""
    parser.add_argument("--port", type=int, help="for a benchtop that is not up yet")


def act(settings: Settings, options: argparse.Namespace) -> int:
    """Print the exports; say on standard error when nobody is there to answer."""
    present = holder(settings.state)
    if present and options.port is None:
        settings = replace(settings, port=int(present.endpoint.rpartition(":")[2]))
    elif not present:
        print(f"# nobody serves {settings.state} yet: start `benchtop up`", file=sys.stderr)
    print(exports(settings))
    return 0
