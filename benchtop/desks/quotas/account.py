"""One account's quotas: how much of each there is, how much is used, and who is refused.

Limits of tuning always hold. Those of instances hold where the settings say so; what is used is
counted from the records of whatever runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from benchtop.desks.quotas import catalogue as names
from benchtop.desks.quotas.catalogue import Catalogue, Quota
from benchtop.desks.sagemaker.tuning.quotas import (
    JOBS,
    PARALLEL,
    RANDOM_JOBS,
    TUNING_JOBS,
    Quotas,
    within,
)
from benchtop.store.records import Record, Records, Search
from benchtop.wire import Json

KIND = "service-quota"
"""Kind of the record, named by the quota's code, that keeps a quota that was raised."""
RUNNING = ("InProgress", "Stopping")
SERVING = ("Creating", "InService", "Updating", "SystemUpdating", "RollingBack", "Deleting")

Uses = Callable[[Record], Iterable[tuple[str, float]]]
"""What a record takes: quotas by name, and how much of each."""


class UnknownQuota(ValueError):
    """The settings name a quota that there is not; the message says which."""


class Account:
    """What one account may use at once."""

    def __init__(
        self,
        records: Records,
        catalogue: Catalogue,
        given: Mapping[str, float] | None = None,
        *,
        enforced: bool = False,
    ) -> None:
        """Take stock.

        Args:
            records: where what runs is found, and quotas that were raised.
            catalogue: the quotas that there are.
            given: values that are not AWS's defaults, by name or code.
            enforced: whether quotas of instances are enforced; they are, too, if any is given.

        Raises:
            UnknownQuota: when a name or code is not that of a quota.
        """
        self.records = records
        self.catalogue = catalogue
        self.enforced = enforced or bool(given)
        self._given = {self._known(word).code: value for word, value in (given or {}).items()}

    def value(self, quota: Quota) -> float:
        """How much there is: what was raised, else what the settings say, else AWS's default."""
        raised = self.records.find(KIND, quota.code)
        return float(raised.body["Value"] if raised else self._given.get(quota.code, quota.value))

    def tuning_limits(self) -> Quotas:
        """How much may be tuned at once."""
        tuning_jobs, parallel, jobs, random_jobs = (
            int(self.value(self._known(name)))
            for name in (TUNING_JOBS, PARALLEL, JOBS, RANDOM_JOBS)
        )
        return Quotas(
            tuning_jobs=tuning_jobs, parallel=parallel, jobs=jobs, random_jobs=random_jobs
        )

    def training(self, asked: Json) -> None:
        """Refuse a training job that would go over a quota; of a transaction with its record."""
        if not self.enforced:
            return
        self._check_sizes(asked)
        used = self._used("training-job", RUNNING, _training)
        self._check(_training_uses(asked), used)

    def tuning(self, asked: Json) -> None:
        """Refuse a tuning job whose training jobs, all at once, would go over a quota."""
        if not self.enforced:
            return
        config = asked["HyperParameterTuningJobConfig"]
        parallel = config["ResourceLimits"]["MaxParallelTrainingJobs"]
        one = asked.get("TrainingJobDefinition")
        used = self._used("training-job", RUNNING, _training)
        for definition in [one] if one else asked.get("TrainingJobDefinitions") or []:
            self._check_sizes(definition)
            delta = [(name, parallel * count) for name, count in _training_uses(definition)]
            self._check(delta, used)

    def processing(self, asked: Json) -> None:
        """Refuse a processing job that would go over a quota; of a transaction with its record."""
        if self.enforced:
            used = self._used("processing-job", RUNNING, _processing)
            self._check(_processing_uses(asked), used)

    def endpoint(self, variants: Iterable[Json]) -> None:
        """Refuse an endpoint whose instances, with those that serve, would go over a quota."""
        if not self.enforced:
            return
        delta: dict[str, float] = {}
        for name, count in _variants_use(variants):
            delta[name] = delta.get(name, 0) + count
        self._check(delta.items(), self._used("endpoint", SERVING, _endpoint))

    def _check(self, delta: Iterable[tuple[str, float]], used: Mapping[str, float]) -> None:
        for name, count in delta:
            quota = self.catalogue.find(name)
            if quota is not None:
                limit = int(self.value(quota))
                within(name, limit, int(count), int(used.get(name, 0)), unit=quota.unit)

    def _check_sizes(self, asked: Json) -> None:
        """Refuse one job that is too large by itself."""
        resources = _resources(asked)
        sizes = {
            names.PER_TRAINING: resources.get("InstanceCount", 1),
            names.VOLUME: resources.get("VolumeSizeInGB", 0),
            names.LONGEST_TRAINING: (asked.get("StoppingCondition") or {}).get(
                "MaxRuntimeInSeconds", 0
            ),
        }
        self._check(sizes.items(), {})

    def _used(self, kind: str, statuses: Iterable[str], uses: Uses) -> dict[str, float]:
        used: dict[str, float] = {}
        for status in statuses:
            for record in self.records.search(Search(kind=kind, status=status)):
                for name, count in uses(record):
                    used[name] = used.get(name, 0) + count
        return used

    def _known(self, word: str) -> Quota:
        quota = self.catalogue.find(word)
        if quota is None:
            raise UnknownQuota(
                f"There is no quota {word!r} of SageMaker: see `aws service-quotas "
                "list-service-quotas --service-code sagemaker` for their names and codes."
            )
        return quota


def _resources(asked: Json) -> Json:
    """The instances of a training job, or of the definition of one."""
    tuned = asked.get("HyperParameterTuningResourceConfig") or {}
    first = (tuned.get("InstanceConfigs") or [tuned])[0]
    return asked.get("ResourceConfig") or {**tuned, **first}


def _training(record: Record) -> Iterator[tuple[str, float]]:
    return _training_uses(record.body)


def _training_uses(asked: Json) -> Iterator[tuple[str, float]]:
    resources, spot = _resources(asked), asked.get("EnableManagedSpotTraining")
    count = resources.get("InstanceCount", 1)
    yield f"{resources.get('InstanceType')} for {names.SPOT if spot else names.TRAINING}", count
    yield names.ALL_SPOT if spot else names.ALL_TRAINING, count


def _processing(record: Record) -> Iterator[tuple[str, float]]:
    return _processing_uses(record.body)


def _processing_uses(asked: Json) -> Iterator[tuple[str, float]]:
    cluster = asked["ProcessingResources"]["ClusterConfig"]
    yield f"{cluster['InstanceType']} for {names.PROCESSING}", cluster["InstanceCount"]
    yield names.ALL_PROCESSING, cluster["InstanceCount"]


def _endpoint(record: Record) -> Iterator[tuple[str, float]]:
    """What an endpoint takes: what is on its way, else what serves."""
    wanted = record.body.get("_Wanted") or {}
    return _variants_use(wanted.get("variants") or record.body.get("_Serving") or [])


def _variants_use(variants: Iterable[Json]) -> Iterator[tuple[str, float]]:
    for variant in variants:
        if "InstanceType" in variant:
            count = variant.get("InitialInstanceCount", 1)
            yield f"{variant['InstanceType']} for {names.ENDPOINT}", count
            yield names.ALL_ENDPOINTS, count
