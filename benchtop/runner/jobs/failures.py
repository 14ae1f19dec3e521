"""Why a job failed, in the words of DescribeTrainingJob's FailureReason."""

from __future__ import annotations

from pathlib import Path

LONGEST = 1024
TAIL = 64 * 1024
OUT_OF_MEMORY = 137
INTERNAL_CODE = "InternalServerError"
INTERNAL = f"{INTERNAL_CODE}: We encountered an internal error. Please try again."
CAPACITY = (
    "CapacityError: Unable to provision requested ML compute capacity. Please retry using a "
    "different ML instance type."
)


def text(path: Path) -> str:
    """The first characters of a file that a job may have written; nothing if it did not.

    Only a plain file counts: a pipe would wait for ever, a link could lead anywhere.
    """
    if path.is_symlink() or not path.is_file():
        return ""
    with path.open("rb") as file:
        return file.read(4 * LONGEST).decode(errors="replace")[:LONGEST]


def algorithm_error(said: str, code: int) -> str:
    """A non-zero exit status, and what the job said of it."""
    ending = f", exit code: {code}"
    return f"AlgorithmError: {said[: LONGEST - len(ending) - 16]}{ending}"


def script_error(log: Path, command: list[str], code: int) -> str:
    """What the training toolkit writes into the failure file when a script fails."""
    lines = ["ExecuteUserScriptError:", f"ExitCode {code}", f'ErrorMessage "{last_error(log)}"']
    if code == OUT_OF_MEMORY:
        lines.append('ExtraInfo "OutOfMemory: Process killed by SIGKILL (signal 9)"')
    return "\n".join([*lines, f'Command "{" ".join(command)}"'])


def last_error(log: Path) -> str:
    """The end of the last traceback in a log: the error, without the frames that led to it."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - TAIL))
        lines = file.read().decode(errors="replace").splitlines()
    said = [line.partition(" ")[2] for line in lines]
    starts = [at for at, line in enumerate(said) if line.startswith("Traceback (most recent")]
    if not starts:
        return ""
    frames = [at for at in range(starts[-1] + 1, len(said)) if said[at].startswith(" ")]
    error = said[(frames[-1] if frames else starts[-1]) + 1 :]
    return "\n".join(error)[: LONGEST // 2]


def too_much_memory(used: int, limit: int) -> str:
    """The job was killed for its memory; AWS's sentence, and the limit that was broken."""
    return (
        "ClientError: Please use an instance type with more memory, or reduce the size of job "
        f"data processed on an instance. The job held {used >> 20} MiB; memory_limit_gib of "
        f"[tool.benchtop] allows {limit >> 20} MiB."
    )


def exit_code(code: int) -> int:
    """An exit status as a container reports it: 128 + n for signal n."""
    return 128 - code if code < 0 else code
