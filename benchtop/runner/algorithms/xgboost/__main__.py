"""Import this folder as a package under a name that is not the library's, and run its command."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAME = "built_in_xgboost"


def main() -> None:
    """Run the command that the first argument names."""
    sys.path.pop(0)  # neither the algorithm nor the library may find our modules by chance
    spec = importlib.util.spec_from_file_location(
        NAME, HERE / "__init__.py", submodule_search_locations=[str(HERE)]
    )
    if spec is None:
        sys.exit(f"{HERE} is not a package.")
    sys.modules[NAME] = importlib.util.module_from_spec(spec)
    importlib.import_module(f"{NAME}.command").main(sys.argv[1:])


if __name__ == "__main__":
    main()
