"""``benchtop operations``: what runs, what is remembered, what is refused; computed."""

from __future__ import annotations

import argparse

from benchtop.settings import Settings

SUMMARY = "Print the AWS operations that benchtop runs, and the members that it honours."
EXAMPLES = """\
examples:
  benchtop operations
  benchtop operations | grep TuningJob
"""


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Take no option of its own."""


def act(_settings: Settings, _options: argparse.Namespace) -> int:
    """Print the table."""
    from benchtop.operations import table  # noqa: PLC0415 - `--help` stays instant

    print(table())
    return 0
