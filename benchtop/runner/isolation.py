"""How a job gets an ``/opt/ml`` of its own on this machine: tried once, at start, for real.

In order of preference: mount and process namespaces; mount namespaces alone; bubblewrap; proot;
and, where there is none of these (macOS), no isolation but rewritten paths, which a script
honours if it reads the ``SM_*`` variables as scripts for SageMaker do.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

WAYS = ("namespaces", "mounts", "bubblewrap", "proot", "rewrite")
HOME = "/opt/ml"
SCRIPT = Path(__file__).parent / "contain.py"
PYTHON = (sys.executable, "-I", "-S", str(SCRIPT))
DEAF = ("/bin/sh", "-c", 'trap "" TERM; exec "$@"', "sh")
"""Runs a sandbox so that it lives until the job inside has answered a SIGTERM."""

log = logging.getLogger(__name__)


class NoIsolation(RuntimeError):
    """The wanted isolation does not work on this machine."""


@dataclass(frozen=True, kw_only=True)
class Isolation:
    """One way to run a command that sees a folder as ``/opt/ml``.

    Signal the process group of a wrapped command, not its first process: that one waits for
    the command and ignores SIGTERM.
    """

    name: str

    def wrap(
        self, command: list[str], opt_ml: Path, *, cwd: str = HOME, bound: bool = False
    ) -> list[str]:
        """The command that runs *command* with *opt_ml* as ``/opt/ml``.

        Args:
            command: what to run.
            opt_ml: the folder to show.
            cwd: where to run it, by a path below ``/opt/ml``.
            bound: whether it is to be killed when the thread that starts it ends.
        """
        place = str(opt_ml.absolute())
        bond = "bound" if bound else "free"
        match self.name:
            case "bubblewrap":
                return [
                    *DEAF,
                    *_bubblewrap(place, bound=bound),
                    *PYTHON,
                    "first",
                    bond,
                    HOME,
                    cwd,
                    *command,
                ]
            case "proot":
                outer = [*DEAF, "proot", "-b", f"{place}:{HOME}"]
                return [*outer, *PYTHON, "plain", bond, HOME, cwd, *command]
            case "rewrite":
                inside = self.rewrite(cwd, opt_ml)
                return [*PYTHON, "plain", bond, place, inside, *command]
        return [*PYTHON, self.name, bond, place, cwd, *command]

    def root(self, opt_ml: Path) -> str:
        """Where the command finds the folder."""
        return str(opt_ml.absolute()) if self.name == "rewrite" else HOME

    def rewrite(self, text: str, opt_ml: Path) -> str:
        """The text as the command should read it: paths below ``/opt/ml`` as they are for it."""
        return text.replace(HOME, self.root(opt_ml))

    def rewrite_scripts(self, folder: Path, opt_ml: Path) -> None:
        """Rewrite the SDK's own scripts in a folder, which name ``/opt/ml`` outright."""
        if self.name != "rewrite":
            return
        for path in folder.rglob("*"):
            if path.suffix in (".py", ".sh", ".json") and path.is_file():
                path.write_text(self.rewrite(path.read_text(), opt_ml))

    def environment(self, opt_ml: Path) -> dict[str, str]:
        """Variables that tell the command where ``/opt/ml`` is, if not there."""
        if self.name != "rewrite":
            return {}
        return {"SAGEMAKER_BASE_DIR": str(opt_ml.absolute())}


def choose(wanted: str = "auto") -> Isolation:
    """The best isolation that works here, or the *wanted* one.

    Raises:
        NoIsolation: when the wanted one does not work, or there is no such one.
    """
    if wanted not in ("auto", *WAYS):
        raise NoIsolation(f"isolation is 'auto' or one of {', '.join(WAYS)}, not {wanted!r}.")
    for name in WAYS if wanted == "auto" else (wanted,):
        isolation = Isolation(name=name)
        complaint = attempt(isolation)
        if complaint is None:
            log.info("Jobs are isolated by %s.", name)
            return isolation
        log.info("Isolation by %s does not work here: %s", name, complaint)
    raise NoIsolation(f"Isolation by {wanted} does not work on this machine: {complaint}")


def attempt(isolation: Isolation) -> str | None:
    """Run a command that writes into its /opt/ml; what went wrong, if anything."""
    with tempfile.TemporaryDirectory(prefix="benchtop-") as folder:
        opt_ml = Path(folder) / "ml"
        opt_ml.mkdir()
        told = f'test -e /proc/self && echo yes > "{isolation.root(opt_ml)}/tried"'
        told = told if sys.platform == "linux" else told.partition(" && ")[2]
        command = isolation.wrap(["/bin/sh", "-c", told], opt_ml)
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
        except (OSError, subprocess.TimeoutExpired) as fault:
            return str(fault)
        if done.returncode == 0 and (opt_ml / "tried").is_file():
            return None
        return (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]


def _bubblewrap(place: str, *, bound: bool) -> list[str]:
    host = Path("/opt")
    shown = sorted(host.iterdir()) if host.is_dir() else []
    others = [part for each in shown if each.name != "ml" for part in _bound(each)]
    return [
        shutil.which("bwrap") or "bwrap", "--dev-bind", "/", "/", "--tmpfs", "/opt", *others,
        "--bind", place, HOME, "--unshare-pid", "--as-pid-1", "--proc", "/proc",
        *(["--die-with-parent"] if bound else []), "--",
    ]  # fmt: skip


def _bound(path: Path) -> list[str]:
    if path.is_symlink():
        return ["--symlink", os.readlink(path), str(path)]  # noqa: PTH115 - as it is written
    return ["--dev-bind-try", str(path), str(path)]
