"""From a launch to a supervisor at work: anew, or by a child of a warm process."""

from __future__ import annotations

from benchtop.runner.isolation import Isolation
from benchtop.runner.jobs.folder import JobFolder
from benchtop.runner.jobs.work import Launch
from benchtop.runner.warm.pool import Pool
from benchtop.wire import Json


def spawn(
    folder: JobFolder, launch: Launch, isolation: Isolation, limits: Json, warm: Pool | None
) -> None:
    """Start the supervisor of a job.

    Args:
        folder: the job's folder, with everything in it.
        launch: what to run.
        isolation: how it gets its ``/opt/ml``.
        limits: its ``seconds``, why it is ``late`` after them, when its instance is ``lost``, its
            ``grace`` between SIGTERM and SIGKILL, its ``memory`` in bytes.
        warm: processes to fork it from, where that is the same.
    """
    task: Json = {
        "command": isolation.wrap(launch.command, folder.opt_ml, cwd=launch.cwd, bound=True),
        "environment": launch.environment,
        "orphans": isolation.name != "namespaces",
        **limits,
    }
    child = warm.lease(launch, folder.path, isolation) if warm else None
    if child is None:
        folder.spawn(task)
        return
    with child:
        task["warm"] = {
            "command": launch.command,
            "cwd": launch.cwd,
            "opt_ml": str(folder.opt_ml.absolute()),
        }
        folder.spawn(task, child.fileno())
