from __future__ import annotations

import json
import tarfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from benchtop.store.s3.objects import Objects

CHANNEL = {
    "ChannelName": "train",
    "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/data/train"}},
}
PRINT = "import sys; print('ran', *sys.argv[1:])"
SHOW = """
import json, os, sys
print(json.dumps({"arguments": sys.argv[1:], "variables": dict(os.environ), "cwd": os.getcwd()}))
"""


def test_a_script_trains_on_its_channels_and_leaves_a_model(
    ran: Any, script: Any, put: Any, objects: Objects
) -> None:
    """
    Data comes by SM_CHANNEL_TRAIN, the model goes by SM_MODEL_DIR, the metric by the log.
    """
    text = """
import os, pathlib
rows = pathlib.Path(os.environ["SM_CHANNEL_TRAIN"], "a.csv").read_text()
pathlib.Path(os.environ["SM_MODEL_DIR"], "model.txt").write_text(rows)
print("[0]\\tvalidation-auc:0.5")
print("[1]\\tvalidation-auc:0.75")
"""
    put("data/train/a.csv", "1,2")
    metric = {"Name": "validation:auc", "Regex": r"#011validation-auc:(\S+)"}

    job = ran(script(text, metrics=[metric], InputDataConfig=[CHANNEL]))

    assert [each["Value"] for each in job["FinalMetricDataList"]] == [0.75]
    assert job["ModelArtifacts"]["S3ModelArtifacts"] == "s3://bucket/out/job/output/model.tar.gz"
    with tarfile.open(objects.get("bucket", "out/job/output/model.tar.gz").path) as tar:
        assert tar.getnames() == ["model.txt"]
    phases = [each["Status"] for each in job["SecondaryStatusTransitions"]]
    assert phases == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert job["BillableTimeInSeconds"] == job["TrainingTimeInSeconds"] >= 1


def test_hyperparameters_reach_the_script_as_the_toolkit_sends_them(
    ran: Any, script: Any, said: Any
) -> None:
    """
    Decoded from JSON, sorted, booleans as Python writes them, the toolkit's own left out.
    """
    given = {
        "eta": "0.1", "b": "true", "optimizer": '"sgd"', "layers": "[1, 2]", "more": '{"b": 1}',
        "_tuning_objective_metric": "auc", "sagemaker_job_name": '"job"', "nothing": "null",
    }  # fmt: skip
    ran(script(SHOW, hyperparameters=given))
    seen = json.loads(said()[0])

    assert seen["arguments"] == [
        "-b", "True", "--eta", "0.1", "--layers", "[1, 2]", "--more", "b=1", "--nothing", "",
        "--optimizer", "sgd",
    ]  # fmt: skip
    variables = seen["variables"]
    assert variables["SM_HP_LAYERS"] == "[1,2]"
    assert json.loads(variables["SM_HPS"])["optimizer"] == "sgd"
    assert json.loads(variables["SM_TRAINING_ENV"])["job_name"] == "job"
    assert variables["TRAINING_JOB_NAME"] == "job"
    assert (seen["cwd"], variables["SM_MODEL_DIR"]) == ("/opt/ml/code", "/opt/ml/model")


def test_hostile_hyperparameters_are_only_text(ran: Any, script: Any, said: Any) -> None:
    """
    Quotes, substitutions and newlines arrive as they were sent.
    """
    given = {"a": "'; rm -rf /; $(id) `id` \"", "n": "two\nlines", "x=y": "$HOME", "é": "ü"}

    ran(script(SHOW, hyperparameters=given))
    seen = json.loads(said()[0])

    assert seen["arguments"] == [
        "-a", given["a"], "-n", given["n"], "--x=y", "$HOME", "-é", "ü"
    ]  # fmt: skip
    assert seen["variables"]["SM_HP_A"] == given["a"]


def test_nothing_of_benchtops_own_environment_reaches_a_job(
    ran: Any, script: Any, said: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A secret in the shell that started benchtop is none of the job's business.
    """
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")

    ran(script(SHOW, Environment={"COLOUR": "red"}))
    variables = json.loads(said()[0])["variables"]

    assert "AWS_SECRET_ACCESS_KEY" not in variables
    assert variables["COLOUR"] == "red"
    assert variables["AWS_REGION"] == "us-east-1"


def test_configuration_files_are_where_sagemaker_puts_them(
    ran: Any, script: Any, said: Any, put: Any
) -> None:
    """
    /opt/ml/input/config holds the request's parts, and /opt/ml is the job's own.
    """
    text = """
import json, pathlib
config = pathlib.Path("/opt/ml/input/config")
print(json.dumps({p.stem: json.loads(p.read_text()) for p in config.iterdir()}))
"""
    put("data/train/a.csv", "1")
    ran(script(text, InputDataConfig=[CHANNEL | {"ContentType": "text/csv"}]))
    config = json.loads(said()[0])

    assert config["hyperparameters"]["sagemaker_program"] == "train.py"
    assert config["resourceconfig"]["hosts"] == ["algo-1"]
    assert config["inputdataconfig"]["train"] == {
        "ContentType": "text/csv", "TrainingInputMode": "File",
        "S3DistributionType": "FullyReplicated", "RecordWrapperType": "None",
    }  # fmt: skip


def test_an_entry_point_of_the_request_runs_as_it_is(
    ran: Any, script: Any, said: Any, put: Any
) -> None:
    """
    ContainerEntrypoint and ContainerArguments are the command; python3 and pip3 are there.
    """
    put("code/go.sh", 'echo "$TRAINING_JOB_NAME" "$1"; python3 -c "print(6*7)"; command -v pip3\n')
    request = script(InputDataConfig=[_channel("code", "s3://bucket/code/")])
    del request["HyperParameters"]
    request["AlgorithmSpecification"] |= {
        "ContainerEntrypoint": ["/bin/bash"],
        "ContainerArguments": ["-c", "bash /opt/ml/input/data/code/go.sh '$(id)'"],
    }

    job = ran(request)

    assert job["TrainingJobStatus"] == "Completed"
    assert said()[:2] == ["job $(id)", "42"]
    assert "HyperParameters" not in job


@pytest.mark.parametrize(
    ("files", "program"),
    [
        ({"go__sh": "#!/bin/sh\necho ran $1 $2"}, "go.sh"),
        ({"setup__py": "", "main__py": PRINT}, "main.py"),
        ({"a/b__py": PRINT}, "a/b.py"),
    ],
)  # fmt: skip
def test_every_kind_of_entry_point_gets_its_arguments(
    ran: Any, script: Any, said: Any, files: Any, program: str
) -> None:
    """
    A shell script, a module of a package, and a script in a folder are started alike.
    """
    ran(script(files=files, program=program, hyperparameters={"depth": "3"}))

    assert said() == ["ran --depth 3"]


def test_a_manifest_names_the_objects_of_a_channel(
    ran: Any, script: Any, said: Any, put: Any
) -> None:
    """
    A ManifestFile's prefix and suffixes become paths below the channel.
    """
    put("far/a.csv", "A")
    put("far/deep/b.csv", "B")
    put("far/c.csv", "C")
    uri = put("manifest", json.dumps([{"prefix": "s3://bucket/far/"}, "a.csv", "deep/b.csv"]))
    text = """
import pathlib
for path in sorted(pathlib.Path("/opt/ml/input/data/m").rglob("*.csv")):
    print(path)
"""

    ran(script(text, InputDataConfig=[_channel("m", uri, "ManifestFile")]))

    assert said() == ["/opt/ml/input/data/m/a.csv", "/opt/ml/input/data/m/deep/b.csv"]


def test_checkpoints_come_from_s3_and_go_there(
    ran: Any, script: Any, put: Any, objects: Objects, read: Any
) -> None:
    """
    What lies under the checkpoints' URI is there at the start; what is new is there at the end.
    """
    put("ckpt/old.txt", "1")
    text = """
import pathlib
here = pathlib.Path("/opt/ml/checkpoints")
(here / "new.txt").write_text((here / "old.txt").read_text() + "2")
(here / "old.txt").unlink()
"""
    ran(script(text, CheckpointConfig={"S3Uri": "s3://bucket/ckpt"}))

    assert read("ckpt/new.txt") == b"12"
    assert [each.key for each in objects.each("bucket", "ckpt")] == ["ckpt/new.txt"]


def test_an_uncompressed_model_is_files_under_a_prefix(ran: Any, script: Any, read: Any) -> None:
    """
    CompressionType NONE keeps the model as it lies.
    """
    text = "open('/opt/ml/model/m', 'w').write('1'); open('/opt/ml/output/data/o', 'w').write('2')"
    output = {"S3OutputPath": "s3://bucket/out", "CompressionType": "NONE"}

    job = ran(script(text, OutputDataConfig=output))

    assert job["ModelArtifacts"]["S3ModelArtifacts"] == "s3://bucket/out/job/output/model/"
    assert (read("out/job/output/model/m"), read("out/job/output/output/o")) == (b"1", b"2")


def test_requirements_that_are_there_are_not_fetched(ran: Any, script: Any, said: Any) -> None:
    """
    A requirements.txt which the environment satisfies costs no network.
    """
    files = {"train__py": "print('trained')", "requirements__txt": "numpy>=1\npackaging\n"}

    ran(script(files=files))

    assert said() == ["Requirement already satisfied: numpy>=1",
                      "Requirement already satisfied: packaging", "trained"]  # fmt: skip


def test_a_job_cannot_change_the_environment_that_all_share(
    ran: Any, script: Any, said: Any
) -> None:
    """
    To uninstall is refused.
    """
    ran(script("import os; os.system('pip uninstall -y numpy; pip3 install -q numpy')"))

    assert "would change the environment that all jobs share" in said()[0]
    assert said()[1] == "Requirement already satisfied: numpy"


def test_a_name_is_taken_until_its_job_is_deleted(
    sagemaker: Any, ran: Any, script: Any, said: Any
) -> None:
    """
    The second job of a name is refused, in any case; after DeleteTrainingJob it runs.
    """
    ran(script("print(1)"))
    with pytest.raises(ClientError, match="names must be unique") as refused:
        sagemaker.create_training_job(**script("print(2)", name="JOB"))
    sagemaker.delete_training_job(TrainingJobName="job")

    assert refused.value.response["Error"]["Code"] == "ResourceInUse"
    assert ran(script("print(2)"))["TrainingJobStatus"] == "Completed"
    assert sorted(said()) == ["1", "2"]


def test_training_jobs_are_listed_by_status(sagemaker: Any, ran: Any, script: Any) -> None:
    """
    ListTrainingJobs filters and sorts.
    """
    ran(script("", name="good"))
    ran(script("raise SystemExit(1)", name="bad"))

    rows = sagemaker.list_training_jobs(StatusEquals="Failed")["TrainingJobSummaries"]

    assert [row["TrainingJobName"] for row in rows] == ["bad"]


def _channel(name: str, uri: str, kind: str = "S3Prefix") -> Any:
    source = {"S3DataSource": {"S3DataType": kind, "S3Uri": uri}}
    return {"ChannelName": name, "DataSource": source}
