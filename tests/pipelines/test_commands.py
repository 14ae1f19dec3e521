"""What ``python -m pipelines`` promises to whoever types it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from botocore.exceptions import EndpointConnectionError

from pipelines import arrivals, aws, commands, watching
from pipelines.__main__ import SUMMARIES, main
from pipelines.compiling import Compiled
from pipelines.environments import LOCAL
from tests.pipelines.fake_cloud import ARN, DEFINITION, EXECUTION, Cloud


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """A cloud instead of AWS, and a pipeline that is compiled already."""
    made = Compiled(
        name="flights",
        definition=json.dumps(DEFINITION),
        uploads={"s3://bucket/code/train.py": b"print(1)"},
    )
    cloud = Cloud()
    monkeypatch.setattr(aws.boto3, "client", cloud.client)
    monkeypatch.setattr(commands, "compiled", lambda *_: made)
    monkeypatch.setattr(arrivals, "raw_month", lambda _: b"raw")
    monkeypatch.setattr(watching, "SECONDS_BETWEEN_LOOKS", 0)
    monkeypatch.delenv("ENVIRONMENT", raising=False)
    return cloud


def test_help_list_and_watch_do_not_load_the_sdk() -> None:
    """
    Whatever does not compile starts at once.
    """
    probe = "import sys, pipelines.__main__, pipelines.commands; print('sagemaker' in sys.modules)"
    root = Path(__file__).parents[2]

    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, cwd=root, check=True
    )

    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("command", SUMMARIES)
def test_every_command_has_help_with_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    ``--help`` says what it does, how it is typed, and its exit codes.
    """
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])

    said = capsys.readouterr().out
    assert end.value.code == 0
    assert f"python -m pipelines {command}" in said
    assert "exit codes: 0 succeeded" in said


def test_list_names_pipelines_and_environments(capsys: pytest.CaptureFixture[str]) -> None:
    """
    Each with what tells it from the others.
    """
    assert main(["list"]) == 0

    said = capsys.readouterr().out
    assert "flights      Will this flight arrive late?" in said
    assert "local        account 000000000000, us-east-1" in said


def test_run_brings_data_code_and_pipeline_and_tells_what_came_of_it(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Data and code are uploaded, the execution is followed, and its outcome is told in plain lines.
    """
    cloud.s3.exists = False

    assert main(["run", "flights", "--parameter", "MaxJobs=3"]) == 0

    said = capsys.readouterr().out
    data = f"s3://{LOCAL.bucket}/flights/raw/2013-01"
    assert cloud.s3.objects[f"{LOCAL.bucket}/flights/raw/2013-01/flights.csv"] == b"raw"
    assert cloud.s3.objects["bucket/code/train.py"] == b"print(1)"
    assert cloud.sagemaker.started == [{"MaxJobs": "3", "InputDataUri": data}]
    for line in (
        "Judge            Succeeded         5 s",
        "trial   2  Completed  0.9000  (best so far 0.9000)",
        "trial   3  Failed          -  (best so far 0.9000)",
        "t1  auc 0.9000  logloss 0.3000  1.00 ms  winner",
        "departure delay alone  auc 0.8000",
        "model     flights, version 7, Approved",
        "endpoint  flights",
        "says: late with probability 0.75; happened:",
    ):
        assert line in said


@pytest.mark.usefixtures("cloud")
def test_a_second_upsert_updates(capsys: pytest.CaptureFixture[str]) -> None:
    """
    Whether the pipeline was there makes no difference to who types.
    """
    assert [main(["upsert", "flights"]), main(["upsert", "flights"])] == [0, 0]

    assert capsys.readouterr().out == f"{ARN}pipeline/flights\n" * 2


@pytest.mark.parametrize(
    ("ending", "code"), [("Failed", 1), ("Stopped", 3), ("CompletedWithFailures", 1)]
)
def test_the_exit_code_tells_how_it_ended(
    cloud: Cloud, capsys: pytest.CaptureFixture[str], ending: str, code: int
) -> None:
    """
    A script can tell failure from stopping.
    """
    cloud.sagemaker.ending = ending

    assert main(["run", "flights"]) == code
    assert ending in capsys.readouterr().out


def test_ctrl_c_stops_a_run_and_waits(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    """
    The execution is stopped, not left behind.
    """
    cloud.sagemaker.lasts = 10**9
    cloud.sagemaker.interrupt = lambda look: look == 2

    assert main(["run", "flights"]) == 130

    assert cloud.sagemaker.stopped
    assert capsys.readouterr().out.endswith("\nStopped\n")


def test_ctrl_c_leaves_a_watch_and_the_execution_goes_on(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    It says how to stop it.
    """
    main(["start", "flights"])
    cloud.sagemaker.interrupt = lambda look: look == 2

    assert main(["watch"]) == 130

    assert not cloud.sagemaker.stopped
    assert f"python -m pipelines stop {EXECUTION}" in capsys.readouterr().out


def test_stop_stops_the_latest(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    """
    Without an ARN, the execution that was started last is meant.
    """
    main(["start", "flights"])

    assert main(["stop"]) == 0

    assert cloud.sagemaker.stopped
    assert EXECUTION in capsys.readouterr().out


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (["watch"], "No execution was started yet; `python -m pipelines start NAME` does."),
        (["start", "nothing"], "There is no pipeline 'nothing'; there are flights."),
        (["list", "x"], "unrecognized arguments: x"),
        (["upsert", "flights", "--environment", "mars"], "There is no environment 'mars'"),
        (["upsert", "flights", "--environment", "prod"], "Environment 'prod' is account 2222222"),
        (["start", "flights", "--parameter", "MaxJobs"], "takes NAME=VALUE, not 'MaxJobs'"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(
    cloud: Cloud, capsys: pytest.CaptureFixture[str], typed: list[str], says: str
) -> None:
    """
    Nothing is started, and there is no traceback.
    """
    try:
        code = main(typed)
    except SystemExit as end:
        code = int(end.code or 0)

    said = capsys.readouterr().err
    assert code in (1, 2)
    assert says in said
    assert "Traceback" not in said
    assert cloud.sagemaker.started == []


def test_silence_is_told_in_a_sentence(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Where nobody answers, the variable to look at is named.
    """

    def silent() -> None:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")

    monkeypatch.setattr(cloud.sts, "get_caller_identity", silent)

    assert main(["start", "flights"]) == 1
    assert "Is AWS_ENDPOINT_URL right" in capsys.readouterr().err
