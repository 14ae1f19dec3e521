"""What the runner is given to do, and what it tells of it: the seam between runner and desks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from benchtop.runner.images import Images
from benchtop.runner.isolation import Isolation
from benchtop.runner.jobs.checkpoints import Checkpoints
from benchtop.runner.jobs.failures import LONGEST
from benchtop.runner.jobs.folder import JobFolder
from benchtop.store.logs import Logs
from benchtop.store.s3.objects import Objects
from benchtop.wire import Json


class Faulty(Exception):
    """The job cannot be run as asked: its FailureReason, complete with AWS's class of error."""


class Stopped(Exception):
    """Somebody asked the job to stop before it ran."""


class Late(Exception):
    """There is no time left for the job to run; says which limit, as SecondaryStatus does."""


@dataclass(frozen=True, kw_only=True)
class Means:
    """What every job needs of this machine."""

    objects: Objects
    images: Images
    isolation: Isolation
    surroundings: dict[str, str]
    logs: Logs
    memory_limit: int
    grace: float


@dataclass(frozen=True, kw_only=True)
class Terms:
    """On what terms a job gets its instances.

    Attributes:
        spot: whether they are spot instances, which can be lost.
        until: when the job must have ended, waiting included, in seconds since 1970.
        retries: how often a fault of the service may be tried again.
        seed: what the job's luck follows from.
    """

    spot: bool = False
    until: float | None = None
    retries: int = 0
    seed: str = ""


@dataclass(frozen=True, kw_only=True)
class Launch:
    """One process to start: the command and its environment, as seen from inside.

    ``python`` is the interpreter of the job's image; ``again`` tells that more of the kind will
    follow.
    """

    command: list[str]
    environment: dict[str, str]
    cwd: str
    python: str
    again: bool = False


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a job ended.

    ``status`` is Completed, Failed or Stopped; ``secondary`` says more, as AWS does. Interrupted
    is no end: the instance was lost, and the job begins once more.
    """

    status: str
    secondary: str
    failure_reason: str | None = None
    exit_code: int | None = None
    message: str | None = None
    metrics: list[Json] = field(default_factory=list)
    uploaded: bool = False


def failed(reason: str, code: int | None = None) -> Outcome:
    """The outcome of a job that failed."""
    return Outcome(
        status="Failed", secondary="Failed", failure_reason=reason[:LONGEST], exit_code=code
    )


@dataclass(frozen=True, kw_only=True)
class Reports:
    """Whom the runner tells: of each phase entered, of metrics found, and of the end."""

    entered: Callable[[str], None]
    measured: Callable[[list[Json]], None]
    ended: Callable[[Outcome], None]


class Work(Protocol):
    """One job: what differs between training and processing."""

    @property
    def kind(self) -> str:
        """The resource word of its ARN."""

    @property
    def name(self) -> str:
        """Its name, unique among its kind."""

    @property
    def token(self) -> str:
        """What tells this job from an earlier one of the same name."""

    @property
    def log_group(self) -> str:
        """Where its log is found."""

    @property
    def seconds(self) -> int:
        """How long it may run."""

    @property
    def terms(self) -> Terms:
        """On what terms it gets its instances."""

    @property
    def definitions(self) -> list[Json]:
        """The metrics to find in its log."""

    @property
    def fetches(self) -> bool:
        """Whether it has anything to download."""

    def fetch(self, folder: JobFolder, means: Means, pause: Callable[[], None]) -> None:
        """Bring what it needs into its folder; ask *pause* often."""

    def launch(self, folder: JobFolder, means: Means) -> Launch:
        """What to start, once everything is in the folder."""

    def checkpoints(self, folder: JobFolder, means: Means) -> Checkpoints | None:
        """What to mirror while it runs."""

    def keep(self, folder: JobFolder, means: Means, outcome: Outcome) -> Outcome:
        """Bring what it left behind to S3; the outcome, with what is to be said of that."""

    def failure(self, folder: JobFolder, code: int) -> str:
        """The FailureReason of an exit status other than 0."""
