"""What the neighbours promise: other AWS services through the same port, in the same account."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from benchtop.door import neighbours
from benchtop.door.neighbours import Nobody


def test_a_queue_is_used_by_the_url_it_was_given(client: Callable[[str], Any]) -> None:
    """
    A queue's URL leads back to benchtop, in benchtop's account.
    """
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="arrivals")["QueueUrl"]

    sqs.send_message(QueueUrl=url, MessageBody="one")

    assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "one"
    assert url.endswith("/000000000000/arrivals")


@pytest.mark.parametrize(
    ("service", "operation", "request_", "member"),
    [
        ("sns", "create_topic", {"Name": "one"}, "TopicArn"),
        ("events", "put_rule", {"Name": "one", "ScheduleExpression": "rate(1 day)"}, "RuleArn"),
        ("secretsmanager", "create_secret", {"Name": "one", "SecretString": "two"}, "ARN"),
        ("stepfunctions", "create_activity", {"name": "one"}, "activityArn"),
    ],
)
def test_every_neighbour_lives_in_the_same_account(
    client: Callable[[str], Any],
    service: str,
    operation: str,
    request_: dict[str, str],
    member: str,
) -> None:
    """
    ARNs of neighbours carry the account of the place.
    """
    answer = getattr(client(service), operation)(**request_)

    assert ":000000000000:" in answer[member]


def test_parameters_are_kept(client: Callable[[str], Any]) -> None:
    """
    SSM answers what it was told.
    """
    ssm = client("ssm")
    ssm.put_parameter(Name="/flights/champion", Value="v1", Type="String")

    assert ssm.get_parameter(Name="/flights/champion")["Parameter"]["Value"] == "v1"


def test_metrics_are_kept(client: Callable[[str], Any]) -> None:
    """
    CloudWatch, which clients now ask in CBOR, is a neighbour.
    """
    cloudwatch = client("cloudwatch")
    cloudwatch.put_metric_data(Namespace="flights", MetricData=[{"MetricName": "auc", "Value": 1}])

    assert [each["MetricName"] for each in cloudwatch.list_metrics()["Metrics"]] == ["auc"]


def test_the_default_role_exists_and_trusts_sagemaker(client: Callable[[str], Any]) -> None:
    """
    The SDK finds a role that SageMaker may assume, and to which policies attach.
    """
    iam = client("iam")
    iam.attach_role_policy(
        RoleName="benchtop", PolicyArn="arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
    )

    role = iam.get_role(RoleName="benchtop")["Role"]

    assert role["Arn"] == "arn:aws:iam::000000000000:role/benchtop"
    assert "sagemaker.amazonaws.com" in json.dumps(role["AssumeRolePolicyDocument"])


def test_our_own_answers_stand_beside_those_of_a_neighbour(client: Callable[[str], Any]) -> None:
    """
    IAM and STS are answered operation by operation: some by benchtop, the others by moto.
    """
    role = client("iam").get_role(RoleName="benchtop")["Role"]["Arn"]

    simulated = client("iam").simulate_principal_policy(
        PolicySourceArn=role, ActionNames=["s3:GetObject"], ResourceArns=["arn:aws:s3:::bucket/*"]
    )

    assert [each["EvalDecision"] for each in simulated["EvaluationResults"]] == ["allowed"]
    assert client("sts").get_caller_identity()["Account"] in role


def test_what_a_simulation_does_not_honour_is_refused_by_name(client: Callable[[str], Any]) -> None:
    """
    A member that would change the answer is refused in the query protocol's form.
    """
    with pytest.raises(ClientError, match="PolicyInputList of SimulatePrincipalPolicy"):
        client("iam").simulate_principal_policy(
            PolicySourceArn="arn:aws:iam::000000000000:role/benchtop",
            ActionNames=["s3:GetObject"],
            PolicyInputList=["{}"],
        )


def test_a_borrowed_role_is_told_by_its_key(client: Callable[[str], Any]) -> None:
    """
    Who has assumed a role is that role; who has not is benchtop's default role.
    """
    sts = client("sts")
    role = "arn:aws:iam::000000000000:role/deployer"
    lent = sts.assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
    sts._request_signer._credentials.access_key = lent["AccessKeyId"]

    assert sts.get_caller_identity()["Arn"].endswith(":assumed-role/deployer/me")


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("cloudformation", "list_stacks"),
        ("batch", "describe_job_queues"),
        ("qbusiness", "list_applications"),
        ("sagemaker", "list_models"),
        ("service-quotas", "list_services"),
    ],
)
def test_a_service_that_would_pretend_is_refused(
    client: Callable[[str], Any], service: str, operation: str
) -> None:
    """
    What neither benchtop nor a neighbour does is refused by name, and not retried.
    """
    with pytest.raises(ClientError, match="UnknownOperationException") as no:
        getattr(client(service), operation)()

    assert "benchtop" in no.value.response["Error"]["Message"]


def test_no_neighbour_reaches_a_network(client: Callable[[str], Any]) -> None:
    """
    A delivery that would leave the machine is refused instead.
    """
    sns = client("sns")
    topic = sns.create_topic(Name="outward")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint="http://example.com/")

    with pytest.raises(ClientError, match="leave this machine"):
        sns.publish(TopicArn=topic, Message="one")


def test_the_hooks_into_moto_exist(client: Callable[[str], Any]) -> None:
    """
    What benchtop relies upon in moto is there, in the version that is installed.
    """
    client("sns").list_topics()
    dispatcher = pytest.importorskip("moto.moto_server.werkzeug_app").DomainDispatcherApplication
    backends = pytest.importorskip("moto.backends").list_of_moto_modules()
    sns = pytest.importorskip("moto.sns.models")

    assert callable(dispatcher(lambda service: service).create_app)
    assert {"sagemaker", "cloudformation", "s3", "awslambda", "logs"} <= set(backends)
    assert {"cloudformation", "s3", "awslambda", "logs"} <= neighbours.NEVER
    assert isinstance(sns.requests, Nobody)
