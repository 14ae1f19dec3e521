"""``benchtop run -- COMMAND``: benchtop for as long as one command takes."""

from __future__ import annotations

import argparse
import logging
import signal
import subprocess
import sys
from dataclasses import replace

from benchtop.commands import adversity
from benchtop.settings import Settings
from benchtop.store.lock import Holder, holder
from benchtop.surroundings import environment

SUMMARY = "Start benchtop, run COMMAND with its environment, stop again."
EXAMPLES = """\
examples:
  benchtop run -- python -m pipelines run flights
  benchtop run -- aws s3 ls
  benchtop run --fault internal=0.2 --quotas -- python -m pipelines run flights
  benchtop run --state /tmp/scratch -- pytest tests/clients

A `benchtop up` that already serves the state is used, and left up.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``run``."""
    parser.add_argument(
        "--port", type=int, default=0, help="where to listen (default: any free port)"
    )
    adversity.add_arguments(parser)
    parser.add_argument("words", nargs="+", metavar="COMMAND", help="what to run, after --")


def act(settings: Settings, options: argparse.Namespace) -> int:
    """Run the command; its exit status, or 128 + the signal that ended it."""
    present = holder(settings.state)
    if present and present.lasting:
        if given := adversity.given(options):
            print(f"benchtop: {given} belongs to the `benchtop up` that runs.", file=sys.stderr)
            return 2
        return _run_command(_at(settings, present), options.words)
    return _with_bench(settings, options.words)


def _with_bench(settings: Settings, words: list[str]) -> int:
    from benchtop.bench import Bench, CannotStart  # noqa: PLC0415 - `--help` stays instant

    settings.state.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(
        filename=settings.state / "benchtop.log",
        level=logging.INFO,
        format="%(asctime)s %(message)s",
    )
    try:
        bench = Bench(settings)
        bench.start(lasting=False)
    except CannotStart as no:
        print(f"benchtop: {no}", file=sys.stderr)
        return 1
    try:
        return _run_command(bench.settings, words)
    finally:
        bench.stop()


def _run_command(settings: Settings, words: list[str]) -> int:
    """Run the command; Ctrl-C reaches it by itself, and it is given the time to end."""
    try:
        child = subprocess.Popen(words, env=environment(settings))
    except OSError as fault:
        print(f"benchtop: cannot run {words[0]}: {fault.strerror}", file=sys.stderr)
        return 127
    earlier = {
        signal.SIGINT: signal.signal(signal.SIGINT, lambda *_: None),
        signal.SIGTERM: signal.signal(signal.SIGTERM, lambda *_: child.terminate()),
    }
    try:
        status = child.wait()
    finally:
        for number, action in earlier.items():
            signal.signal(number, action)
    return status if status >= 0 else 128 - status


def _at(settings: Settings, present: Holder) -> Settings:
    return replace(settings, port=int(present.endpoint.rpartition(":")[2]))
