"""Runs jobs: one thread watches each, and nothing that it knows is lost if benchtop dies.

Everything that decides what to do next is in the job's folder, so that starting a job and going
on with one that an earlier benchtop left behind are the same thing.
"""

from __future__ import annotations

import errno
import logging
import threading
import time
from dataclasses import replace
from pathlib import Path

from benchtop.runner.images import Images
from benchtop.runner.isolation import Isolation
from benchtop.runner.jobs import failures, metrics
from benchtop.runner.jobs.folder import JobFolder
from benchtop.runner.jobs.launching import spawn
from benchtop.runner.jobs.luck import Luck
from benchtop.runner.jobs.starts import INTERRUPTED, Starts
from benchtop.runner.jobs.work import Faulty, Late, Means, Outcome, Reports, Stopped, Work, failed
from benchtop.runner.warm.pool import Pool
from benchtop.store.logs import Logs
from benchtop.store.s3.objects import Objects
from benchtop.wire import Json

TICK = 0.1
SYNC = 2.0
"""Seconds between two looks at the checkpoints."""
STOPPED = Outcome(status="Stopped", secondary="Stopped")
LIMITS = {"timeout": "MaxRuntimeExceeded", "waited": "MaxWaitTimeExceeded"}
"""Why a supervisor ended a job that took too long, and what SecondaryStatus says of it."""

log = logging.getLogger(__name__)


class Closing(Exception):
    """Benchtop ends; the job goes on without it."""


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
        self.memory_limit = memory_limit
        self.grace = grace
        self.luck = luck or Luck()
        self.warm = warm
        self._means = Means(
            objects=objects, images=images, isolation=isolation, surroundings=surroundings
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
        watch = Watch(work=work, reports=reports, folder=folder, runner=self, means=self._means)
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
        files = self.job(kind, name).all_metrics()
        return [each for file in files for each in metrics.recall(file)]

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

    def done(self, watch: Watch) -> None:
        """A watch is over."""
        with self._lock:
            if self._watches.get(watch.folder.path) is watch:
                del self._watches[watch.folder.path]


class Watch(threading.Thread):
    """Takes one job through its phases, from wherever it is."""

    def __init__(
        self, *, work: Work, reports: Reports, folder: JobFolder, runner: Runner, means: Means
    ) -> None:
        super().__init__(name=f"{work.kind}/{work.name}", daemon=True)
        self.closing = threading.Event()
        self.work = work
        self.folder = folder
        self._late = False
        self._reports = reports
        self._runner = runner
        self._means = means
        self._starts = Starts(work=work, folder=folder, luck=runner.luck, entered=reports.entered)

    def run(self) -> None:
        """See the job to its end, and tell of it."""
        try:
            self._reports.ended(self._outcome())
        except Closing:
            self.folder.let_go()
            log.info("The job %s goes on without benchtop.", self.work.name)
        finally:
            self._runner.done(self)

    def _outcome(self) -> Outcome:
        """How the job ended, after as many starts as it took."""
        while self._starts.another(outcome := self._attempt()):
            self._late = False
        return STOPPED if outcome.status == INTERRUPTED else outcome

    def _attempt(self) -> Outcome:
        """How one start ended; a fault of any kind is an ending too."""
        try:
            return self._through()
        except Late as limit:
            self._reports.entered("Stopping")
            return Outcome(status="Stopped", secondary=str(limit))
        except Stopped:
            return STOPPED
        except Faulty as fault:
            return failed(str(fault))
        except OSError as fault:
            log.exception("The job %s failed.", self.work.name)
            full = fault.errno in (errno.ENOSPC, errno.EDQUOT)
            return failed(f"ClientError: {fault.strerror}." if full else failures.INTERNAL)
        except Closing:
            raise
        except Exception:
            log.exception("The job %s failed.", self.work.name)
            return failed(failures.INTERNAL)

    def _through(self) -> Outcome:
        if self.folder.ending() is None and not self.folder.alive():
            if self.folder.started:
                self._starts.lost()
            self._start()
        self._reports.entered("Training")
        found = self._attend()
        return self._collect(found)

    def _start(self) -> None:
        """Download, and launch the supervisor."""
        self._runner.logs.take(self.folder.log)  # an earlier start's log stays a stream
        self.folder.clear()
        self._starts.begin(self._pause)
        self._pause()
        if self.work.fetches:
            self._reports.entered("Downloading")
        self.work.fetch(self.folder, self._means, self._pause)
        launch = self.work.launch(self.folder, self._means)
        self._pause()
        logs = self._runner.logs
        logs.show(self.work.log_group, f"{self.work.name}/algo-1-{{}}", self.folder.log)
        limits = {
            **self._starts.limits(),
            "grace": self._runner.grace,
            "memory": self._runner.memory_limit,
        }
        spawn(self.folder, launch, self._means.isolation, limits, self._runner.warm)

    def _attend(self) -> list[Json]:
        """Follow the job while it runs: its metrics, its checkpoints; the last metrics."""
        self.folder.metrics.unlink(missing_ok=True)
        earlier = self._runner.emissions(self.work.kind, self.work.name)
        scraper = metrics.Scraper(self.folder.log, self.work.definitions, earlier)
        checkpoints = self.work.checkpoints(self.folder, self._means)
        due = time.monotonic() + SYNC
        ended = False
        while not ended:
            ended = self.folder.wait(TICK if self.work.definitions else 5 * TICK)
            self._measure(scraper)
            self._notice()
            if self.closing.is_set() and not ended:
                raise Closing
            if checkpoints and (ended or time.monotonic() >= due):
                checkpoints.follow()
                due = time.monotonic() + SYNC
        return scraper.finals()

    def _measure(self, scraper: metrics.Scraper) -> None:
        found = scraper.read()
        if found:
            metrics.remember(self.folder.metrics, found)
            self._reports.measured(scraper.finals())

    def _notice(self) -> None:
        """Tell, once, that the job was told to end because it took too long."""
        if not self._late and self.folder.told() in LIMITS:
            self._late = True
            self._reports.entered("Stopping")

    def _collect(self, found: list[Json]) -> Outcome:
        """Upload what the job left, and say how it ended."""
        ending = self.folder.ending()
        if ending is None:
            return failed(failures.INTERNAL)
        if ending["why"] == "left" and self.closing.is_set():
            raise Closing
        if ending["why"] in ("interrupted", "left"):
            return Outcome(status=INTERRUPTED, secondary=INTERRUPTED)
        outcome = replace(self._judge(ending), metrics=found)
        self._reports.entered("Uploading")
        outcome = self.work.keep(self.folder, self._means, outcome)
        self.folder.trim(everything=outcome.status != "Failed")
        return outcome

    def _judge(self, ending: Json) -> Outcome:
        code = failures.exit_code(ending["code"])
        match ending["why"]:
            case "stopped":
                return replace(STOPPED, exit_code=code)
            case "timeout" | "waited" as limit:
                return Outcome(status="Stopped", secondary=LIMITS[limit], exit_code=code)
            case "memory":
                limit = self._runner.memory_limit
                return failed(failures.too_much_memory(ending["peak"], limit), code)
            case "unstartable":
                return failed(failures.algorithm_error(ending["message"], code), code)
        if code == 0:
            return Outcome(status="Completed", secondary="Completed", exit_code=0)
        return failed(self.work.failure(self.folder, code), code)

    def _pause(self) -> None:
        """Give way, between two steps, to whoever wants the job, or benchtop, to stop."""
        if self.closing.is_set():
            raise Closing
        if self.folder.stopping:
            raise Stopped
