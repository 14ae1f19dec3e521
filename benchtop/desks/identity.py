"""Who the caller is, and what they may do: small true answers for STS and IAM."""

from __future__ import annotations

from benchtop.desks.place import Place
from benchtop.wire import Json, Remembered


class IdentityDesk:
    """STS and IAM as far as a neighbour cannot answer them.

    Benchtop does not enforce IAM: every caller may do everything, and the simulation of
    policies, which asks what would be allowed *here*, therefore answers "allowed". On AWS the
    same question may have another answer.
    """

    def __init__(self, place: Place, role: str = "benchtop") -> None:
        """Stand in a place; *role* is whom callers without a role of their own count as."""
        self.place = place
        self.role = role

    def get_caller_identity(self) -> Json:
        """The default role: benchtop knows no users, and gives every key that role."""
        account = self.place.account
        return {
            "Account": account,
            "UserId": f"AROABENCHTOP:{self.role}",
            "Arn": f"arn:aws:sts::{account}:assumed-role/{self.role}/{self.role}",
        }

    def simulate_principal_policy(
        self,
        policy_source_arn: str,  # noqa: ARG002 - nobody is allowed less than another
        action_names: list[str],
        resource_arns: list[str] | None = None,
        context_entries: Remembered = None,  # noqa: ARG002 - conditions cannot deny here
    ) -> Json:
        """Say for each action and resource that benchtop allows it, as it does."""
        results = [
            {
                "EvalActionName": action,
                "EvalResourceName": resource,
                "EvalDecision": "allowed",
                "MatchedStatements": [],
                "MissingContextValues": [],
            }
            for action in action_names
            for resource in resource_arns or ["*"]
        ]
        return {"EvaluationResults": results, "IsTruncated": False}
