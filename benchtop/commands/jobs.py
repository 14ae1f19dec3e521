"""``benchtop jobs``: what ran, and how it ended."""

from __future__ import annotations

import argparse
import time

from benchtop.settings import Settings
from benchtop.store.records import Record, Records, Search

SUMMARY = "List jobs and what they came to, newest last."
EXAMPLES = """\
examples:
  benchtop jobs
  benchtop jobs --status Failed --last 5
"""
KINDS = ("processing-job", "training-job", "hyper-parameter-tuning-job", "pipeline-execution")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``jobs``."""
    parser.add_argument("--status", help="only these: InProgress, Completed, Failed, Stopped …")
    parser.add_argument("--last", type=int, default=50, metavar="N", help="how many (default: 50)")


def act(settings: Settings, options: argparse.Namespace) -> int:
    """Print a line for each job."""
    path = settings.state / "benchtop.db"
    if not path.is_file():
        print(f"Nothing ran in {settings.state} yet.")
        return 0
    records = Records(path)
    found = [
        each
        for kind in KINDS
        for each in records.search(
            Search(kind=kind, status=options.status, descending=True, limit=options.last)
        )
    ]
    records.close()
    for record in sorted(found, key=lambda each: each.created)[-options.last :]:
        print(_line(record))
    if not found:
        print("No such job.")
    return 0


def _line(record: Record) -> str:
    began = time.strftime("%m-%d %H:%M:%S", time.localtime(record.created))
    reason = str(record.body.get("FailureReason", "")).partition("\n")[0]
    word = record.kind.removeprefix("pipeline-").replace("hyper-parameter-", "")
    return f"{began}  {record.status:<10}  {word:<14}  {record.name}  {reason}".rstrip()
