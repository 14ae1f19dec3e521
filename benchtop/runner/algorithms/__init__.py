"""What images do by themselves, without a script: one folder for each algorithm.

Each is run by the interpreter that stands in for the image, as its ``train`` command, and imports
nothing of benchtop.
"""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
NAMES = {re.compile(r"(^|/)(sagemaker-)?xgboost(:|@|$)"): "xgboost"}


def folder(image_uri: str) -> Path | None:
    """Where the algorithm of an image is; None for an image that has none."""
    found = (name for image, name in NAMES.items() if image.search(image_uri))
    name = next(found, None)
    return HERE / name if name else None
