"""``benchtop operations``: what runs, what is remembered, what is refused; computed."""

from __future__ import annotations

import argparse
import sys

from benchtop.settings import Settings

SUMMARY = "Print which AWS operations benchtop runs, and what it does with their members."
EXAMPLES = """\
examples:
  benchtop operations                 how many of each service
  benchtop operations sagemaker       each operation, and what it remembers or refuses
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The service to tell of."""
    parser.add_argument("service", nargs="?", metavar="SERVICE", help="as boto3 names it")


def act(_settings: Settings, options: argparse.Namespace) -> int:
    """Print the table."""
    from benchtop.operations import members, services  # noqa: PLC0415 - `--help` stays instant

    try:
        print(members(options.service) if options.service else services())
    except KeyError:
        print(f"benchtop: {options.service} is none of the services that", file=sys.stderr, end=" ")
        print("`benchtop operations` lists; moto answers it.", file=sys.stderr)
        return 1
    return 0
