"""Runs jobs: one thread watches each, and nothing that it knows is lost if benchtop dies.

Everything that decides what to do next is in the job's folder, so that starting a job and going
on with one that an earlier benchtop left behind are the same thing.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from benchtop.runner.images import Images
from benchtop.runner.isolation import Isolation
from benchtop.runner.jobs import metrics
from benchtop.runner.jobs.folder import JobFolder
from benchtop.runner.jobs.luck import Luck
from benchtop.runner.jobs.watch import Watch
from benchtop.runner.jobs.work import Means, Reports, Work
from benchtop.runner.warm.pool import Pool
from benchtop.store.logs import Logs
from benchtop.store.s3.objects import Objects

log = logging.getLogger(__name__)


class Runner:
    """Runs training and processing jobs in folders of their own."""

    def __init__(  # noqa: PLR0917 - what a runner is wired to
        self,
        folder: Path,
        objects: Objects,
        logs: Logs,
        images: Images,
        isolation: Isolation,
        surroundings: dict[str, str],
        *,
        memory_limit: int = 0,
        grace: float = 120.0,
        luck: Luck | None = None,
        warm: Pool | None = None,
    ) -> None:
        """Make a runner.

        Args:
            folder: where job folders are.
            objects: where jobs find their data and leave their results.
            logs: where their logs are found.
            images: which Python stands in for which image.
            isolation: how a job gets its ``/opt/ml``.
            surroundings: variables that every job sees.
            memory_limit: bytes that a job may hold; 0 is no limit.
            grace: seconds between SIGTERM and SIGKILL.
            luck: what befalls jobs by chance; nothing, if not given.
            warm: processes to fork scripts from, where that is the same; None starts all anew.
        """
        self.folder = folder.absolute()
        self.logs = logs
        self.images = images
        self.luck = luck or Luck()
        self.warm = warm
        self.means = Means(
            objects=objects,
            images=images,
            isolation=isolation,
            surroundings=surroundings,
            logs=logs,
            memory_limit=memory_limit,
            grace=grace,
        )
        self._watches: dict[Path, Watch] = {}
        self._lock = threading.Lock()

    def begin(self, work: Work, reports: Reports, *, stopping: bool = False) -> None:
        """Run a job, or go on with one that an earlier benchtop began; returns at once.

        Args:
            work: the job.
            reports: whom to tell, from the job's own thread.
            stopping: whether the job has been asked to stop already.
        """
        folder = self.job(work.kind, work.name)
        watch = Watch(
            work=work, reports=reports, folder=folder, means=self.means,
            luck=self.luck, warm=self.warm, done=self._done,
        )  # fmt: skip
        with self._lock:
            before = self._watches.get(folder.path)
        if before and before.work.token == work.token:
            return
        if before:  # of a job that has ended, and whose name was free again before its thread was
            before.join()
        with self._lock:
            self._watches[folder.path] = watch
            try:
                folder.claim(work.token)
                if stopping:
                    folder.stop()
            except OSError as fault:  # the thread will meet it again, and tell of it
                log.warning("The folder of the job %s cannot be made: %s", work.name, fault)
        watch.start()

    def stop(self, kind: str, name: str) -> None:
        """Ask a job to stop, in whatever phase it is."""
        with self._lock:
            if self.job(kind, name).path in self._watches:
                self.job(kind, name).stop()

    def forget(self, kind: str, name: str) -> None:
        """Remove a finished job's folder; its log stays."""
        folder = self.job(kind, name)
        self.logs.take(folder.log)
        folder.remove()

    def emissions(self, kind: str, name: str) -> list[metrics.Emission]:
        """Every value that a job's metrics have had so far, oldest first."""
        return metrics.recalled(self.job(kind, name).all_metrics())

    def job(self, kind: str, name: str) -> JobFolder:
        """The folder of a job."""
        return JobFolder(self.folder / kind / name)

    def leave(self) -> list[str]:
        """Have all jobs end soon, to be started again by the next benchtop; their names."""
        with self._lock:
            watches = list(self._watches.values())
        for watch in watches:
            watch.closing.set()
            watch.folder.leave()
        return [watch.work.name for watch in watches]

    def close(self) -> None:
        """Let go of all jobs; those that run go on, and can be gone on with."""
        with self._lock:
            watches = list(self._watches.values())
        for watch in watches:
            watch.closing.set()
        for watch in watches:
            watch.join()
        if self.warm:
            self.warm.close()

    def _done(self, watch: Watch) -> None:
        with self._lock:
            if self._watches.get(watch.folder.path) is watch:
                del self._watches[watch.folder.path]
