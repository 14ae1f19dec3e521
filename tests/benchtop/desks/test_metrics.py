"""What SageMaker Metrics promises."""

from __future__ import annotations

import pytest

from benchtop.desks import metrics
from benchtop.desks.metrics import KIND, MetricsDesk
from benchtop.store.records import Records


def test_values_are_kept_with_their_summary(records: Records) -> None:
    """
    Every value is kept in order, and summed up as a trial component shows it.
    """
    desk = MetricsDesk(records)
    for step, value in enumerate((3.0, 1.0)):
        metric = {"MetricName": "loss", "Timestamp": 5.0, "Step": step, "Value": value}
        assert desk.batch_put_metrics("one", [metric]) == {}

    body = records.get(KIND, "one").body

    assert [each["Value"] for each in body["_Points"]["loss"]] == [3.0, 1.0]
    assert body["Metrics"] == [
        {"MetricName": "loss", "TimeStamp": 5.0, "Max": 3.0, "Min": 1.0, "Last": 1.0,
         "Count": 2, "Avg": 2.0, "StdDev": 1.0}
    ]  # fmt: skip


def test_a_value_too_many_is_refused_by_its_index(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    What is not kept is told; nothing is dropped in silence.
    """
    monkeypatch.setattr(metrics, "MOST", 1)
    metric = {"MetricName": "loss", "Timestamp": 5.0, "Value": 1.0}

    answer = MetricsDesk(records).batch_put_metrics("one", [metric, metric])

    assert answer == {"Errors": [{"Code": "METRIC_LIMIT_EXCEEDED", "MetricIndex": 1}]}
