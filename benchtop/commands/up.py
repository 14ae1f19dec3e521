"""``benchtop up``: stay up and answer, until somebody stops us."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading

from benchtop.commands import adversity
from benchtop.settings import Settings

SUMMARY = "Serve AWS at http://127.0.0.1:PORT until Ctrl-C."
EXAMPLES = """\
examples:
  benchtop up
  benchtop up --port 4800 --state /tmp/second
  benchtop up --spot-interruptions 2 --fault capacity=0.1 --fault throttling=0.2 --quotas
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``up``."""
    parser.add_argument("--port", type=port, help="where to listen (default: 4747; 0: any free)")
    parser.add_argument(
        "--isolation",
        choices=["auto", "namespaces", "bubblewrap", "proot", "rewrite"],
        help="how a job gets its own /opt/ml (default: auto, the first that works here)",
    )
    adversity.add_arguments(parser)
    parser.add_argument("--verbose", action="store_true", help="log every request")


def port(text: str) -> int:
    """A TCP port."""
    if text.isdigit() and int(text) < 2**16:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 0 to 65535")


def act(settings: Settings, options: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM; jobs that still run are ended, and go on at the next start."""
    from benchtop.bench import Bench, CannotStart  # noqa: PLC0415 - `--help` stays instant

    logging.basicConfig(
        level=logging.DEBUG if options.verbose else logging.INFO,
        format="%(asctime)s %(message)s",
        datefmt="%H:%M:%S",
    )
    for chatty in ("botocore", "boto3", "urllib3", "s3transfer"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        bench = Bench(settings)
        bench.start(lasting=True)
    except CannotStart as no:
        print(f"benchtop: {no}", file=sys.stderr)
        return 1
    print(_banner(bench.settings), flush=True)
    stop.wait()
    print("benchtop: stopping", file=sys.stderr)
    bench.stop()
    return 0


def _banner(settings: Settings) -> str:
    return (
        f"AWS is at {settings.endpoint} (account {settings.account}, {settings.region}); "
        f'state in {settings.state}.\nIn another shell: eval "$(benchtop env)"'
    )
