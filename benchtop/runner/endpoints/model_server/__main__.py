"""Serve the model of one /opt/ml: ``python model_server --root /opt/ml …``."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Import this folder as a package of its own, leave no trace on the path, and serve."""
    sys.path.pop(0)  # the script's own modules must not find ours by chance
    sys.path.append(str(HERE.parent))
    workers = importlib.import_module(f"{HERE.name}.workers")
    sys.path.remove(str(HERE.parent))
    workers.main(sys.argv[1:])


if __name__ == "__main__":
    main()
