"""``benchtop logs JOB``: what a job printed."""

from __future__ import annotations

import argparse
import sys
import time

from benchtop.settings import Settings
from benchtop.store.logs import Logs

SUMMARY = "Print what a job or an endpoint printed."
EXAMPLES = """\
examples:
  benchtop logs flights-001-5f0c2b1a
  benchtop logs --follow flights-001-5f0c2b1a
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``logs``."""
    parser.add_argument("job", metavar="JOB", help="a job's name, or how it begins")
    parser.add_argument("--follow", "-f", action="store_true", help="go on until Ctrl-C")


def act(settings: Settings, options: argparse.Namespace) -> int:
    """Print the log; an unknown job is said to be unknown, with what to do."""
    logs = Logs(settings.state / "logs")
    shown = 0
    try:
        while True:
            lines = _lines(logs, options.job)
            for line in lines[shown:]:
                print(line, flush=True)
            shown = max(shown, len(lines))
            if not options.follow:
                break
            time.sleep(0.5)
    except KeyboardInterrupt:
        return 0
    if not shown:
        print(
            f"benchtop: {options.job} printed nothing here; `benchtop jobs` lists the jobs.",
            file=sys.stderr,
        )
    return 0 if shown else 1


def _lines(logs: Logs, job: str) -> list[str]:
    raise NotImplementedError
