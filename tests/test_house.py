"""The house keeps its own rules: imports run downhill, files stay small, the README is true."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from benchtop.operations import services
from benchtop.settings import Settings

ROOT = Path(__file__).parent.parent
HOUSES = ("benchtop", "pipelines", "training_scripts", "cdk")

MAY_IMPORT = {
    "cdk": {"cdk", "pipelines"},
    "pipelines": {"pipelines"},
    "training_scripts": set(),
    "benchtop": {"benchtop"},
}
"""cdk may read pipelines; nobody else may read anybody."""

ROOMS = {
    "door": {"door", "wire"},
    "desks": {
        "desks",
        "interpreter",
        "tuner",
        "runner",
        "store",
        "foreman",
        "wire",
        "door.refusals",
        "door.storage",
    },
    "interpreter": {"interpreter", "wire"},
    "tuner": {"tuner", "wire"},
    "runner": {"runner", "store", "wire"},
    "store": {"store", "wire"},
}
"""Inside benchtop: door, then desks, then interpreter and tuner (pure), runner and store.

Desks know the foreman, who wakes them, and of the door its ways to say no, and S3's protocol."""

OUTSIDE = {
    "interpreter": set(),
    "tuner": {"optuna", "numpy"},
    "store": set(),
}
"""What the rooms that must stay simple may import besides the standard library."""

SEEDED = "random.Random"
"""Dice that are made from a seed that somebody passed."""

FORBIDDEN = {"utils", "helpers", "common", "misc", "manager", "handler", "impl", "base"}

LONGEST_FILE = 300
LONGEST_USUAL_FUNCTION = 20


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Every module that a file imports, wherever in the file."""
    tree = ast.parse(path.read_text())
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            yield node


def length(function: ast.FunctionDef) -> int:
    """Lines of a function without its docstring."""
    body = function.body
    if ast.get_docstring(function):
        body = body[1:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


@pytest.mark.parametrize("house", MAY_IMPORT)
def test_imports_run_downhill(house: str) -> None:
    """cdk may read pipelines; nobody else may read anybody."""
    for path in python_files(house):
        entered = {name.partition(".")[0] for name in imported(path)} & set(HOUSES)
        assert entered <= MAY_IMPORT[house], path


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_of_benchtop_enter_only_those_below(room: str) -> None:
    """Door, desks, interpreter, tuner, runner and store each import what stands below them."""
    for path in python_files(f"benchtop/{room}"):
        for name in imported(path):
            if name.startswith("benchtop."):
                inner = name.removeprefix("benchtop.")
                allowed = any(f"{inner}.".startswith(f"{below}.") for below in ROOMS[room])
                assert allowed, f"{path} imports {name}"


@pytest.mark.parametrize("room", OUTSIDE)
def test_pure_rooms_need_little(room: str) -> None:
    """The interpreter and the store live on the standard library, the tuner on its engine too."""
    for path in python_files(f"benchtop/{room}"):
        outside = {name.partition(".")[0] for name in imported(path)}
        strangers = outside - set(sys.stdlib_module_names) - {"benchtop"} - OUTSIDE[room]
        assert not strangers, path


@pytest.mark.parametrize("room", ["interpreter", "tuner"])
def test_pure_rooms_have_no_clock_no_disk_no_dice(room: str) -> None:
    """Interpreter and tuner take time, files and randomness as arguments."""
    for path in python_files(f"benchtop/{room}"):
        impure = {"time", "os", "pathlib", "random", "secrets", "subprocess"}
        entered = {name.partition(".")[0] for name in imported(path) - {SEEDED}}
        assert not entered & impure, path


def test_files_are_small() -> None:
    """No file has more than 300 lines."""
    tall = {
        str(path.relative_to(ROOT)): count
        for path in python_files(*HOUSES, "tests", "benchmarks")
        if (count := len(path.read_text().splitlines())) > LONGEST_FILE
    }

    assert tall == {}


def test_functions_are_short() -> None:
    """Nine functions in ten have at most 20 lines."""
    lengths = [length(each) for path in python_files(*HOUSES) for each in functions(path)]
    short = sum(each <= LONGEST_USUAL_FUNCTION for each in lengths)

    assert short / len(lengths) >= 0.9


def test_names_say_what_things_are() -> None:
    """No module or folder is called after nothing in particular."""
    for path in python_files(*HOUSES):
        words = set(re.split(r"[_/.]", str(path.relative_to(ROOT))))
        assert not words & FORBIDDEN, path


def test_every_test_states_its_promise() -> None:
    """Every test has a docstring."""
    silent = [
        f"{path.name}::{each.name}"
        for path in python_files("tests")
        for each in functions(path)
        if each.name.startswith("test_") and not ast.get_docstring(each)
    ]

    assert silent == []


def test_training_scripts_stand_alone() -> None:
    """A training script imports nothing that its container would not have."""
    allowed = {"xgboost", "numpy", "pandas", "torch", "monai"}
    for path in python_files("training_scripts"):
        siblings = {each.stem for each in path.parent.glob("*.py")}
        outside = {name.partition(".")[0] for name in imported(path)}
        assert outside <= allowed | siblings | set(sys.stdlib_module_names), path


def readme_commands() -> list[str]:
    """Every command line that the README shows after a ``$``."""
    text = (ROOT / "README.md").read_text()
    lines = re.findall(r"^\$ (.+?)(?:\s+#.*)?$", text, flags=re.MULTILINE)
    return sorted(set(lines))


def test_the_readme_begins_with_the_two_commands() -> None:
    """The first commands that the README shows are ``make run`` and ``make test``."""
    text = (ROOT / "README.md").read_text()

    shown = re.findall(r"^\$ (make \S+|\S+)", text, flags=re.MULTILINE)

    assert [each for each in shown if each.startswith("make")][:2] == ["make run", "make test"]


@pytest.mark.parametrize("command", readme_commands())
def test_readme_commands_exist(command: str) -> None:
    """Every command in the README is one that the project has."""
    words = shlex.split(command, comments=True)
    if words[0] == "make":
        targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
        assert set(words[1:]) <= {*targets, *(w for w in words if "=" in w)}
    elif words[:3] == ["python", "-m", "pipelines"]:
        assert_helps([sys.executable, "-m", "pipelines"], words[3:])
    elif words[0] == "benchtop":
        assert_helps([sys.executable, "-m", "benchtop"], words[1:])
    else:
        assert words[0] in {"git", "cd", "eval", "aws", "curl", "python"}, command


def test_the_readme_tells_the_operations_that_the_code_has() -> None:
    """The README's table of operations is the one that the code gives."""
    text = (ROOT / "README.md").read_text()

    shown = text.partition("<!-- operations -->\n")[2].partition("\n<!-- /operations -->")[0]

    assert shown == services()


def test_the_readme_names_every_setting() -> None:
    """Every setting of benchtop's own that a user may need stands in the README."""
    text = (ROOT / "README.md").read_text()

    assert [each.name for each in fields(Settings) if each.name not in text] == []


def assert_helps(program: list[str], words: list[str]) -> None:
    """The program knows the subcommand and its options."""
    shown = subprocess.run(
        [*program, *words[:1], "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert shown.returncode == 0, shown.stderr
    before_dashes = words[: words.index("--")] if "--" in words else words
    for option in (word.partition("=")[0] for word in before_dashes if word.startswith("--")):
        assert option in shown.stdout
