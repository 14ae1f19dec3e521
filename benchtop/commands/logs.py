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
    parser.add_argument("job", metavar="JOB", help="the name of a job or of an endpoint")
    parser.add_argument("--follow", "-f", action="store_true", help="go on until Ctrl-C")


def act(settings: Settings, options: argparse.Namespace) -> int:
    """Print the log; an unknown job is said to be unknown, with what to do."""
    folder = settings.state / "logs"
    logs = Logs(folder) if folder.is_dir() else None
    seen: dict[tuple[str, str], int] = {}
    try:
        while logs and (_show(logs, options.job, seen) or options.follow):
            if not options.follow:
                return 0
            time.sleep(0.5)
    except KeyboardInterrupt:
        return 0
    print(
        f"benchtop: no job or endpoint {options.job} printed anything here; "
        "`benchtop jobs` lists the jobs.",
        file=sys.stderr,
    )
    return 1


def _show(logs: Logs, job: str, seen: dict[tuple[str, str], int]) -> bool:
    """Print what is new in every stream of the job; whether there is any stream."""
    streams = [
        (group, stream.name)
        for group in logs.groups()
        for stream in logs.streams(group)
        if stream.name.startswith(f"{job}/") or group.endswith(f"/{job}")
    ]
    for group, stream in streams:
        for event in logs.events(group, stream, seen.get((group, stream), 0)):
            print(event.text, flush=True)
            seen[group, stream] = event.after
    return bool(streams)
