"""What environments promise."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from pipelines.environments import DEV, ENVIRONMENTS, LOCAL, PROD


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"account": "12"}, "dev: account '12' is not 12 digits"),
        ({"region": "Ireland"}, "dev: region 'Ireland' is not a region"),
        ({"strategy": "Best"}, "dev: strategy 'Best' is none of Bayesian"),
        ({"early_stopping": "On"}, "dev: early_stopping 'On' is neither Auto nor Off"),
        ({"strategy": "Hyperband"}, "dev: early_stopping must be Off with Hyperband"),
        ({"max_jobs": 0}, "dev: max_jobs 0 is not between 1 and 750"),
        ({"max_parallel_jobs": 41}, "dev: max_parallel_jobs 41 is not between 1 and max_jobs, 40"),
        ({"training_instance": "m5.large"}, "dev: 'm5.large' is no instance type"),
        ({"minimum_auc": 2.0}, "dev: minimum_auc 2.0 is not between 0 and 1"),
        ({"endpoint_instances": 0}, "dev: endpoint_instances is less than 1"),
    ],
)
def test_a_complaint_names_environment_and_field(wrong: dict[str, object], says: str) -> None:
    """
    What cannot work is refused when it is written down.
    """
    with pytest.raises(ValueError, match=says):
        replace(DEV, **wrong)  # type: ignore[arg-type]


def test_production_differs_from_dev_only_where_it_says() -> None:
    """
    What PROD does not name is what DEV has.
    """
    assert replace(PROD, name="dev", account=DEV.account).training_instance == DEV.training_instance
    assert PROD.strategy == DEV.strategy


def test_the_local_place_is_where_benchtop_stands() -> None:
    """
    Account, region, bucket and role are those that a benchtop has by itself.
    """
    assert LOCAL.bucket == "sagemaker-us-east-1-000000000000"
    assert LOCAL.role == "arn:aws:iam::000000000000:role/benchtop"


def test_an_environment_is_found_by_its_name_and_cannot_be_changed() -> None:
    """
    The table is keyed by name; an environment is a value.
    """
    assert all(name == each.name for name, each in ENVIRONMENTS.items())
    with pytest.raises(FrozenInstanceError):
        LOCAL.name = "other"  # type: ignore[misc]
