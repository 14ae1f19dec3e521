"""What STS and IAM promise, as far as benchtop answers them itself."""

from __future__ import annotations

from benchtop.desks.identity import IdentityDesk
from benchtop.desks.place import Place

ROLE = "arn:aws:iam::000000000000:role/benchtop"


def test_the_caller_is_the_default_role() -> None:
    """
    A caller counts as the default role in the place's account.
    """
    answer = IdentityDesk(Place()).get_caller_identity()

    assert answer["Arn"] == "arn:aws:sts::000000000000:assumed-role/benchtop/benchtop"
    assert answer["Account"] == "000000000000"


def test_each_action_on_each_resource_is_allowed() -> None:
    """
    A simulation answers for every pair, and says what benchtop does: it allows.
    """
    desk = IdentityDesk(Place())

    found = desk.simulate_principal_policy(ROLE, ["s3:GetObject", "s3:PutObject"], ["a", "b"])

    pairs = {
        (each["EvalActionName"], each["EvalResourceName"]) for each in found["EvaluationResults"]
    }
    assert {each["EvalDecision"] for each in found["EvaluationResults"]} == {"allowed"}
    assert len(pairs) == 4
