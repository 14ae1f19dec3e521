"""A small slice of real flights, and the scripts as SageMaker runs them: child processes."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from pipelines.arrivals import flights

SCRIPTS = Path(__file__).parents[3] / "training_scripts" / "flights"


class Scripts:
    """The sample's scripts, and what they are given."""

    folder = SCRIPTS

    def run(
        self, name: str, *arguments: object, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """A script, to its end."""
        return subprocess.run(
            [sys.executable, SCRIPTS / name, *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, **variables},
        )

    def train_arguments(self, data: Path, model: Path, **hyperparameters: object) -> list[str]:
        """What train.py is told by hand."""
        folders = {name: data / name for name in ("train", "validation", "encoder")}
        told = {**folders, "model_dir": model, "num_round": 8, **hyperparameters}
        return [str(part) for name, value in told.items() for part in (f"--{name}", value)]

    def write_raw(self, path: Path, rows: list[dict[str, str]]) -> Path:
        """Flights as a raw CSV; the folder they lie in."""
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.getvalue(), encoding="utf-8")
        return path.parent

    def pack(self, model: Path, archive: Path) -> Path:
        """A model folder as SageMaker archives it."""
        archive.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive, "w:gz") as packed:
            packed.add(model, arcname=".")
        return archive


@pytest.fixture(scope="session")
def scripts() -> Scripts:
    """The sample's scripts."""
    return Scripts()


@pytest.fixture(scope="session")
def january() -> list[dict[str, str]]:
    """Every tenth flight of January."""
    return list(flights(1))[::10]


@pytest.fixture(scope="session")
def prepared(
    scripts: Scripts, january: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """What preprocess.py makes of them."""
    top = tmp_path_factory.mktemp("prepared")
    raw = scripts.write_raw(top / "raw" / "flights.csv", january)
    done = scripts.run("preprocess.py", "--input", raw, "--output", top)
    assert done.returncode == 0, done.stderr
    return top


@pytest.fixture(scope="session")
def trained(scripts: Scripts, prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder as train.py leaves it."""
    model = tmp_path_factory.mktemp("model")
    done = scripts.run("train.py", *scripts.train_arguments(prepared, model))
    assert done.returncode == 0, done.stderr
    return model
