"""An image's own algorithm, which serves the models that it trained."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

NAME = "built_in_algorithm"


def own(folder: Path, models: Path) -> Any:
    """The algorithm's ``serving.Model`` of a folder of models.

    It is imported under a name of its own: its folder has that of the library that it uses.
    """
    spec = importlib.util.spec_from_file_location(
        NAME, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None:
        raise ImportError(f"{folder} is not a package.")
    sys.modules[NAME] = importlib.util.module_from_spec(spec)
    return importlib.import_module(f"{NAME}.serving").Model(models)
