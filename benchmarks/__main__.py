"""``python -m benchmarks``: measure, and print the table; ``search`` has a table of its own."""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from pathlib import Path

from benchmarks import describe, many, suggestion, trials
from benchmarks.row import Row

MEASURES = {
    "describe": describe.measure,
    "trials": trials.measure,
    "suggestion": suggestion.measure,
    "many": many.measure,
}
LONG = {"many"}
"""Takes minutes, and is measured only if it is named."""


def main() -> int:
    """Run the measures asked for; 0 if every one keeps its promise."""
    if sys.argv[1:2] == ["search"]:
        from benchmarks.search.quality import main as search  # noqa: PLC0415  imports a lot

        return search(sys.argv[2:])
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("only", nargs="*", choices=[[], *MEASURES], help="default: all but many")
    chosen = parser.parse_args().only or [each for each in MEASURES if each not in LONG]
    print(f"{platform.platform()}, Python {platform.python_version()}\n")
    print(Row.HEAD)
    kept = True
    for name in chosen:
        with tempfile.TemporaryDirectory() as folder:
            for row in MEASURES[name](Path(folder)):
                print(row, flush=True)
                kept &= row.kept
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
