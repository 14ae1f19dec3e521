"""Watches one job: through its phases, from wherever it is, to its end."""

from __future__ import annotations

import errno
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from benchtop.runner.jobs import failures, metrics
from benchtop.runner.jobs.folder import JobFolder
from benchtop.runner.jobs.launching import spawn
from benchtop.runner.jobs.luck import Luck
from benchtop.runner.jobs.starts import INTERRUPTED, Starts
from benchtop.runner.jobs.work import Faulty, Late, Means, Outcome, Reports, Stopped, Work, failed
from benchtop.runner.warm.pool import Pool
from benchtop.wire import Json

TICK = 0.1
SYNC = 2.0
"""Seconds between two looks at the checkpoints."""
STOPPED = Outcome(status="Stopped", secondary="Stopped")
LIMITS = {"timeout": "MaxRuntimeExceeded", "waited": "MaxWaitTimeExceeded"}
"""Why a supervisor ended a job that took too long, and what SecondaryStatus says of it."""

log = logging.getLogger(__name__)


class Closing(Exception):
    """Benchtop ends; the next one takes the job up again."""


class Watch(threading.Thread):
    """Takes one job through its phases, from wherever it is."""

    def __init__(
        self,
        *,
        work: Work,
        reports: Reports,
        folder: JobFolder,
        means: Means,
        luck: Luck,
        warm: Pool | None,
        done: Callable[[Watch], None],
    ) -> None:
        super().__init__(name=f"{work.kind}/{work.name}", daemon=True)
        self.closing = threading.Event()
        self.work = work
        self.folder = folder
        self._late = False
        self._reports = reports
        self._means = means
        self._warm = warm
        self._done = done
        self._starts = Starts(work=work, folder=folder, luck=luck, entered=reports.entered)

    def run(self) -> None:
        """See the job to its end, and tell of it."""
        try:
            self._reports.ended(self._outcome())
        except Closing:
            self.folder.let_go()
            log.info("Benchtop lets go of the job %s, to take it up again.", self.work.name)
        finally:
            self._done(self)

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
        self._means.logs.take(self.folder.log)  # an earlier start's log stays a stream
        self.folder.clear()
        self._starts.begin(self._pause)
        self._pause()
        if self.work.fetches:
            self._reports.entered("Downloading")
        self.work.fetch(self.folder, self._means, self._pause)
        launch = self.work.launch(self.folder, self._means)
        self._pause()
        logs = self._means.logs
        logs.show(self.work.log_group, f"{self.work.name}/algo-1-{{}}", self.folder.log)
        limits = {
            **self._starts.limits(),
            "grace": self._means.grace,
            "memory": self._means.memory_limit,
        }
        spawn(self.folder, launch, self._means.isolation, limits, self._warm)

    def _attend(self) -> list[Json]:
        """Follow the job while it runs: its metrics, its checkpoints; the last metrics."""
        self.folder.metrics.unlink(missing_ok=True)
        earlier = metrics.recalled(self.folder.all_metrics())
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
                limit = self._means.memory_limit
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
