"""The model's file, and the checkpoints that grow beside it."""

from __future__ import annotations

import importlib
import io
import logging
import pickle
import re
from pathlib import Path
from typing import Any

NAME = "xgboost-model"
CHECKPOINT = "xgboost-checkpoint"
KEPT = 5
"""How many checkpoints stay."""
IGNORED = ".sagemaker-ignore"
"""A file that ends so is not brought to S3."""
UPLOADED = ".sagemaker-uploaded"
OLD = (1, 3)
"""The first version of the image that no longer pickles its model."""
PICKLED = b"\x80"
HARMLESS = {
    ("xgboost.core", "Booster"),
    ("builtins", "bytearray"),
    ("collections", "defaultdict"),
    ("builtins", "dict"),
}

log = logging.getLogger(__name__)


def pickles(image: str) -> bool:
    """Whether an image of this version pickles its model, as those before 1.3 do.

    >>> pickles("sagemaker-xgboost:1.2-1"), pickles("sagemaker-xgboost:1.7-1")
    (True, False)
    """
    version = re.search(r":(\d+)(?:\.(\d+))?", image.rpartition("/")[2])
    return version is not None and (int(version[1]), int(version[2] or 0)) < OLD


def save(booster: Any, path: Path, *, pickled: bool = False) -> None:
    """Write a model so that others see it complete or not at all."""
    content = pickle.dumps(booster) if pickled else bytes(booster.save_raw("ubj"))
    arriving = path.with_name(f".{path.name}{IGNORED}")
    arriving.write_bytes(content)
    arriving.replace(path)


def load(path: Path) -> Any:
    """A model, however it was written."""
    content = path.read_bytes()
    if content.startswith(PICKLED):
        return Boosters(io.BytesIO(content)).load()
    booster = importlib.import_module("xgboost").Booster()
    booster.load_model(bytearray(content))
    return booster


class Boosters(pickle.Unpickler):
    """Reads pickled boosters, and nothing that would run what somebody else wrote."""

    def find_class(self, module: str, name: str) -> Any:
        """The few classes that a booster is made of."""
        if (module, name) not in HARMLESS:
            raise pickle.UnpicklingError(f"a model holds no {module}.{name}")
        return super().find_class(module, name)


class Checkpoints:
    """The checkpoints of one training: ``xgboost-checkpoint.<round>``, the newest few."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def newest(self) -> tuple[Any, int]:
        """The newest model that can be read, and how many rounds it has; None and 0 without one."""
        for number, path in sorted(self._found().items(), reverse=True)[:KEPT]:
            try:
                booster = load(path)
            except Exception as fault:  # noqa: BLE001 - half a checkpoint fails in many ways
                log.debug("Wrong checkpoint model format %s: %s", path.name, fault)
                continue
            log.info("Checkpoint loaded from %s", path)
            log.info("Resuming from iteration %s", number + 1)
            return booster, number + 1
        return None, 0

    def keep(self, booster: Any, number: int) -> None:
        """Save a round's model, and drop those that are no longer among the newest."""
        save(booster, self.folder / f"{CHECKPOINT}.{number}")
        for old, path in self._found().items():
            if old <= number - KEPT:
                path.unlink(missing_ok=True)
                path.with_name(f"{path.name}{UPLOADED}").unlink(missing_ok=True)

    def _found(self) -> dict[int, Path]:
        pattern = re.compile(rf"{CHECKPOINT}\.(\d+)")
        matches = ((pattern.fullmatch(path.name), path) for path in self.folder.iterdir())
        return {int(match[1]): path for match, path in matches if match}
