"""The flights pipeline, compiled once, in a process of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
COMPILE = """
import hashlib, json, sys
from pipelines.compiling import compiled, environment_named
made = compiled("flights", environment_named(sys.argv[1]))
digests = {uri: hashlib.sha256(content).hexdigest() for uri, content in made.uploads.items()}
print(json.dumps({"definition": made.definition, "uploads": digests}))
"""


@dataclass(frozen=True)
class Made:
    """What a compile came to."""

    definition: str
    uploads: dict[str, str]

    def steps(self) -> dict[str, dict[str, Any]]:
        """Every step by its name, those of branches too."""

        def within(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
            branches = [s["Arguments"].get(b, []) for s in steps for b in ("IfSteps", "ElseSteps")]
            return steps + [step for branch in branches for step in within(branch)]

        return {step["Name"]: step for step in within(json.loads(self.definition)["Steps"])}


def start_compile(environment: str, *, hash_seed: str) -> subprocess.Popen[str]:
    """A compile without credentials, configuration and, where possible, network."""
    alone = shutil.which("unshare")
    cut = (
        [alone, "-rn"]
        if alone and not subprocess.run([alone, "-rn", "true"], check=False).returncode
        else []
    )
    return subprocess.Popen(
        [*cut, sys.executable, "-W", "ignore", "-c", COMPILE, environment],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={"PYTHONHASHSEED": hash_seed, "AWS_PROFILE": "nobody", "PATH": "/usr/bin:/bin"},
    )


def read(out: str, complaint: str) -> Made:
    """The outcome of a compile."""
    assert out, complaint
    return Made(**json.loads(out))


@pytest.fixture(scope="session")
def twice() -> tuple[Made, Made]:
    """The local pipeline, by two processes with different hash seeds."""
    compiling = [start_compile("local", hash_seed=seed) for seed in "12"]
    first, second = [each.communicate(timeout=100) for each in compiling]
    return read(*first), read(*second)


@pytest.fixture(scope="session")
def made(twice: tuple[Made, Made]) -> Made:
    """The local pipeline."""
    return twice[0]


@pytest.fixture(scope="session")
def made_for_production() -> Made:
    """The pipeline of the production environment."""
    return read(*start_compile("prod", hash_seed="3").communicate(timeout=100))
