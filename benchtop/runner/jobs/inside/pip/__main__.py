"""``pip`` as a job finds it: what is there already is not fetched, and nothing is shared.

What the environment satisfies costs no network. The rest goes to the folder in PIP_TARGET, by the
environment's own pip, or uv, or the pip of the Python that the environment was made from.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib import metadata
from importlib.machinery import PathFinder
from pathlib import Path

try:
    from packaging.requirements import InvalidRequirement, Requirement
except ImportError:  # this is the environment's Python; benchtop's own packages may be absent
    Requirement = None  # type: ignore[assignment, misc]

SILENT = ("-q", "--quiet", "--no-cache-dir", "--no-input", "--disable-pip-version-check",
          "--no-warn-script-location", "--root-user-action=ignore")  # fmt: skip
HARMLESS = {
    *("install", "list", "show", "freeze", "check", "download", "wheel", "cache", "config"),
    *("debug", "help", "hash", "index", "inspect", "--version", "-V", "--help", "-h"),
}
TARGET = os.environ.get("PIP_TARGET", "packages")
HERE = str(Path(__file__).resolve().parent.parent)


def main(arguments: list[str]) -> int:
    """Do what pip would do, for this job only."""
    if arguments and arguments[0] not in HARMLESS:
        return refuse(f"pip {arguments[0]} would change the environment that all jobs share.")
    if arguments[:1] == ["install"]:
        wanted = requirements(arguments[1:])
        if wanted is not None and all(satisfied(each) for each in wanted):
            print(*(f"Requirement already satisfied: {each}" for each in wanted), sep="\n")
            return 0
    command = installer(arguments)
    if command is None:
        return refuse(
            "This environment has neither pip nor uv: add the requirements to the project, "
            f"or install uv. Asked for: pip {' '.join(arguments)}"
        )
    return subprocess.run(command, env=variables(), check=False).returncode


def refuse(sentence: str) -> int:
    """Say why not."""
    print(f"ERROR: {sentence}", file=sys.stderr)
    return 1


def requirements(arguments: list[str]) -> list[str] | None:
    """The requirements asked for, or None where that takes a real pip to know."""
    found: list[str] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word in ("-r", "--requirement") and rest:
            word = f"--requirement={rest.pop(0)}"
        if word.startswith("--requirement="):
            listed = lines(Path(word.partition("=")[2]))
            if listed is None:
                return None
            found += listed
        elif word not in SILENT:
            if word.startswith("-"):
                return None
            found.append(word)
    return found


def lines(path: Path) -> list[str] | None:
    """The requirements in a file, or None if it holds options."""
    try:
        text = path.read_text()
    except OSError:
        return None
    stripped = [line.split(" #")[0].strip() for line in text.replace("\\\n", "").splitlines()]
    kept = [line for line in stripped if line and not line.startswith("#")]
    return None if any(line.startswith("-") for line in kept) else kept


def satisfied(text: str) -> bool:
    """Whether the environment already has what a requirement asks for; in doubt, no."""
    if Requirement is None:
        return False
    try:
        asked = Requirement(text)
    except InvalidRequirement:
        return False
    if asked.marker and not asked.marker.evaluate():
        return True
    if asked.url or asked.extras:
        return False
    try:
        return asked.specifier.contains(metadata.version(asked.name), prereleases=True)
    except metadata.PackageNotFoundError:
        return False


def installer(arguments: list[str]) -> list[str] | None:
    """The command that does what pip was asked for, if there is one that can."""
    elsewhere = [path for path in sys.path if path and Path(path).resolve() != Path(HERE)]
    if PathFinder.find_spec("pip", elsewhere):
        return [sys.executable, "-m", "pip", *arguments]
    if uv := shutil.which("uv"):
        place = ["--python", sys.executable]
        place += ["--target", TARGET] if arguments[:1] == ["install"] else []
        rest = [each for each in arguments[1:] if each not in SILENT]
        return [uv, "pip", *arguments[:1], *place, *rest]
    original = str(getattr(sys, "_base_executable", sys.executable))
    probe = [original, "-I", "-c", "import pip"]
    if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
        return [original, "-m", "pip", *arguments]
    return None


def variables() -> dict[str, str]:
    """The environment in which the real pip finds itself, and this job's folder."""
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    kept = [path for path in paths if path and Path(path).resolve() != Path(HERE)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(kept)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
