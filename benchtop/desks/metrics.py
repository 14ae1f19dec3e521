"""SageMaker Metrics: values that a training script reports by itself, kept beside its trial."""

from __future__ import annotations

import math
import time
from statistics import fmean, pstdev

from benchtop.desks.place import Place
from benchtop.store.records import Duplicate, Record, Records
from benchtop.wire import Json

KIND = "experiment-trial-component"

MOST = 2500
"""Values of one metric that are kept; later ones are refused one by one, never dropped."""


class MetricsDesk:
    """BatchPutMetrics: metrics go to the record of the trial component that they name."""

    def __init__(self, records: Records, place: Place | None = None) -> None:
        self.records = records
        self.place = place or Place()

    def batch_put_metrics(self, trial_component_name: str, metric_data: list[Json]) -> Json:
        """Keep values, and the summary that a trial component shows of them."""
        # AWS: unknown, what a component that does not exist yet is answered; here it begins.
        self._begin(trial_component_name)
        errors: list[Json] = []

        def put(record: Record) -> Record:
            errors.clear()
            points: dict[str, list[Json]] = {**record.body.get("_Points", {})}
            for index, metric in enumerate(metric_data):
                if code := _keep(points, metric):
                    errors.append({"Code": code, "MetricIndex": index})
            summaries = [_summary(name, values) for name, values in points.items()]
            return record.evolve(_Points=points, Metrics=summaries)

        self.records.change(KIND, trial_component_name, put)
        return {"Errors": errors} if errors else {}

    def _begin(self, name: str) -> None:
        if self.records.find(KIND, name):
            return
        arn = self.place.arn(KIND, name)
        body = {"TrialComponentName": name, "TrialComponentArn": arn}
        try:
            self.records.add(Record(kind=KIND, name=name, arn=arn, body=body))
        except Duplicate:
            return  # another request was first


def _keep(points: dict[str, list[Json]], metric: Json) -> str | None:
    """Add a value to its metric; the code of AWS's error if that cannot be."""
    before = points.get(metric["MetricName"], [])
    if not math.isfinite(metric["Value"]):
        return "VALIDATION_ERROR"
    if len(before) >= MOST:
        return "METRIC_LIMIT_EXCEEDED"
    point: Json = {name: metric[name] for name in ("Timestamp", "Step", "Value") if name in metric}
    points[metric["MetricName"]] = [*before, point]
    return None


def _summary(name: str, points: list[Json]) -> Json:
    values = [float(point["Value"]) for point in points]
    return {
        "MetricName": name,
        "TimeStamp": points[-1].get("Timestamp", time.time()),
        "Max": max(values),
        "Min": min(values),
        "Last": values[-1],
        "Count": len(values),
        "Avg": fmean(values),
        "StdDev": pstdev(values),
    }
