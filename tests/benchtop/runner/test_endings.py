# fixtures are many, and come by name:
# ruff: noqa: PLR0917

from __future__ import annotations

import io
import tarfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from benchtop.runner.jobs.runner import Runner
from benchtop.store.s3.objects import Objects

DEAF = """
import signal, time
signal.signal(15, signal.SIG_IGN)
print("up", flush=True)
time.sleep(60)
"""


def test_a_script_that_raises_fails_with_the_error_it_raised(
    ran: Any, script: Any, read: Any
) -> None:
    """
    Without a failure file, the reason is what the training toolkit says; output is still kept.
    """
    text = "open('/opt/ml/output/data/o', 'w').write('1')\nraise ValueError('boom')"

    job = ran(script(text, hyperparameters={"eta": "1"}))

    assert job["FailureReason"] == (
        'AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage "ValueError: boom"\n'
        'Command "python3 train.py --eta 1", exit code: 1'
    )
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Failed", "Failed")
    assert "ModelArtifacts" not in job
    assert read("out/job/output/output.tar.gz")


def test_the_failure_file_is_the_reason(ran: Any, script: Any) -> None:
    """
    Its first characters stand in FailureReason, with the exit code, within AWS's 1024.
    """
    text = "open('/opt/ml/output/failure', 'w').write('no rows' + 'x' * 5000)\nraise SystemExit(3)"

    reason = ran(script(text))["FailureReason"]

    assert reason.startswith("AlgorithmError: no rowsxxx")
    assert reason.endswith(", exit code: 3")
    assert len(reason) <= 1024


def test_a_killed_script_ends_with_the_code_of_its_signal(ran: Any, script: Any) -> None:
    """
    SIGKILL from inside is exit code 137, and the toolkit supposes a lack of memory.
    """
    job = ran(script("import os; os.kill(os.getpid(), 9)"))

    assert "OutOfMemory: Process killed by SIGKILL" in job["FailureReason"]
    assert job["FailureReason"].endswith("exit code: 137")


def test_a_job_may_leave_nothing(ran: Any, script: Any, objects: Objects) -> None:
    """
    No model, no output and no metric is a success without artifacts.
    """
    job = ran(script("", metrics=[{"Name": "auc", "Regex": "auc=(.*)"}]))

    assert job["TrainingJobStatus"] == "Completed"
    assert "FinalMetricDataList" not in job
    assert list(objects.each("bucket", "out")) == []


def test_what_a_job_leaves_running_ends_with_it(ran: Any, script: Any, tmp_path: Path) -> None:
    """
    A background process, even in a session of its own, does not outlive its job.
    """
    flag = tmp_path / "alive"
    child = f"import time; time.sleep(1); open({str(flag)!r}, 'w')"
    text = f"""
import subprocess, sys
subprocess.Popen([sys.executable, '-c', {child!r}], start_new_session=True)
"""

    job = ran(script(text))
    time.sleep(1.2)

    assert job["TrainingJobStatus"] == "Completed"
    assert not flag.exists()


def test_a_stopped_job_saves_its_model(
    sagemaker: Any, script: Any, finished: Any, until: Any, said: Any, read: Any
) -> None:
    """
    SIGTERM lets a script finish; what it saved is uploaded; stopping it again is refused.
    """
    text = """
import signal, sys, time
def save(*_):
    open("/opt/ml/model/m", "w").write("1"); sys.exit(0)
signal.signal(signal.SIGTERM, save)
print("up", flush=True)
time.sleep(60)
"""
    sagemaker.create_training_job(**script(text))
    until(said, lambda lines: lines == ["up"])
    sagemaker.stop_training_job(TrainingJobName="job")
    job = finished()

    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "Stopped")
    assert read("out/job/output/model.tar.gz")
    with pytest.raises(ClientError, match="because the training job is in status Stopped"):
        sagemaker.stop_training_job(TrainingJobName="job")


def test_a_job_that_ignores_sigterm_is_killed(
    sagemaker: Any, script: Any, finished: Any, until: Any, said: Any, runner: Runner
) -> None:
    """
    After its grace nothing is asked any more.
    """
    runner.means = replace(runner.means, grace=0.2)
    sagemaker.create_training_job(**script(DEAF))
    until(said, lambda lines: lines == ["up"])
    sagemaker.stop_training_job(TrainingJobName="job")

    assert finished()["TrainingJobStatus"] == "Stopped"


def test_a_job_that_runs_too_long_is_stopped(ran: Any, script: Any, runner: Runner) -> None:
    """
    MaxRuntimeInSeconds ends in Stopped and MaxRuntimeExceeded.
    """
    runner.means = replace(runner.means, grace=0.1)

    job = ran(script(DEAF, StoppingCondition={"MaxRuntimeInSeconds": 1}))

    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")


def test_a_job_that_takes_too_much_memory_is_killed(ran: Any, script: Any, runner: Runner) -> None:
    """
    The reason names the limit, and where it is set.
    """
    runner.means = replace(runner.means, memory_limit=128 << 20)
    text = "import time\nheld = b'x' * (300 << 20)\ntime.sleep(60)"

    job = ran(script(text))

    assert job["FailureReason"].startswith("ClientError: Please use an instance type with more")
    assert "memory_limit_gib of [tool.benchtop] allows 128 MiB" in job["FailureReason"]


def test_a_job_can_be_stopped_before_it_runs(
    sagemaker: Any, script: Any, finished: Any, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A stop in any phase before training ends the job without training.
    """
    fetch = "benchtop.runner.jobs.training.TrainingWork.fetch"

    def stopping(*arguments: Any) -> None:
        sagemaker.stop_training_job(TrainingJobName="job")
        arguments[-1]()

    monkeypatch.setattr(fetch, stopping)

    sagemaker.create_training_job(**script("print(1)"))
    job = finished()

    assert job["TrainingJobStatus"] == "Stopped"
    assert "TrainingTimeInSeconds" not in job
    assert not runner.job("training-job", "job").started


@pytest.mark.parametrize(
    ("name", "kind", "link"),
    [
        ("../evil", tarfile.REGTYPE, ""),
        ("/tmp/evil", tarfile.REGTYPE, ""),
        ("link", tarfile.SYMTYPE, "/etc"),
        ("link", tarfile.LNKTYPE, "../../job"),
        ("pipe", tarfile.FIFOTYPE, ""),
        ("disk", tarfile.BLKTYPE, ""),
    ],
)
def test_hostile_code_archives_are_refused(
    ran: Any, script: Any, put: Any, name: str, kind: bytes, link: str
) -> None:
    """
    What would leave the folder, or is no file, fails the job with a sentence that names it.
    """
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz") as tar:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, link
        tar.addfile(member)
    request = script("")
    put("job/sourcedir.tar.gz", raw.getvalue())

    job = ran(request)

    assert job["FailureReason"].startswith(f"ClientError: the archive's member {name!r}")


def test_a_damaged_code_archive_is_refused(ran: Any, script: Any, put: Any) -> None:
    """
    Half an archive is a client's error, not a traceback.
    """
    request = script("print(1)")
    put("job/sourcedir.tar.gz", b"no archive")

    assert "is not a complete tar archive" in ran(request)["FailureReason"]


def test_keys_never_leave_their_channel(ran: Any, script: Any, put: Any) -> None:
    """
    An S3 key with dots for a path is refused.
    """
    put("data/../../../evil", "1")
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/data/"}}

    job = ran(script("", InputDataConfig=[{"ChannelName": "train", "DataSource": source}]))

    assert "would leave the folder of its channel" in job["FailureReason"]


def test_a_lost_output_bucket_is_told(ran: Any, script: Any) -> None:
    """
    An artifact that cannot be kept fails the job.
    """
    text = "open('/opt/ml/model/m', 'w')"

    job = ran(script(text, OutputDataConfig={"S3OutputPath": "s3://nowhere/out"}))

    assert job["FailureReason"].startswith("ClientError: Artifact upload failed:")


def test_a_program_that_does_not_exist_is_told(ran: Any, script: Any, said: Any) -> None:
    """
    An entry point that cannot be started ends like a container that cannot.
    """
    request = script("")
    request["AlgorithmSpecification"]["ContainerEntrypoint"] = ["/no/such/program"]

    job = ran(request)

    assert job["FailureReason"] == "AlgorithmError: , exit code: 127"
    assert said() == ["exec: '/no/such/program': No such file or directory"]


def test_a_regex_that_never_ends_does_not_stop_benchtop(ran: Any, script: Any) -> None:
    """
    A pattern that takes too long is given up; the others still find their metrics.
    """
    metrics = [
        {"Name": "bad", "Regex": "(a+)+b(.*)c\\1"},
        {"Name": "good", "Regex": "x=(.*)"},
    ]

    job = ran(script("print('a' * 40)\nprint('x=1')", metrics=metrics))

    assert [each["MetricName"] for each in job["FinalMetricDataList"]] == ["good"]
