"""Service Quotas: SageMaker's quotas listed, read and raised."""

from __future__ import annotations

import time
import uuid

from benchtop.desks.listing import window
from benchtop.desks.place import Place
from benchtop.desks.quotas.account import KIND, Account
from benchtop.desks.quotas.catalogue import KNOWN_CODES, Quota
from benchtop.door.refusals import NotHonoured, Refusal, ValidationException
from benchtop.store.records import Record, Search
from benchtop.wire import Json, Remembered

SERVICE = {"ServiceCode": "sagemaker", "ServiceName": "Amazon SageMaker"}
CHANGE = "service-quota-change"
"""Kind of the record of a request for more; its name is the request's id."""
PAGE = 100
MADE = "benchtop does not know AWS's code of this quota: the code is made from the quota's name."
ACCOUNT = (None, "ACCOUNT", "ALL")
"""Levels at which quotas apply, as far as there are such here."""


class NoSuchResourceException(Refusal):
    """The specified resource does not exist."""

    code = "NoSuchResourceException"


class IllegalArgumentException(Refusal):
    """Invalid input was provided."""

    code = "IllegalArgumentException"


class InvalidPaginationTokenException(Refusal):
    """Invalid input was provided."""

    code = "InvalidPaginationTokenException"


class QuotasDesk:
    """The quotas of one account: SageMaker's, and no other service's.

    A request for more is granted at once, up to what AWS grants at most: the answer says
    PENDING, as AWS's does, and the history APPROVED, or DENIED for more than that.
    """

    def __init__(self, account: Account, place: Place) -> None:
        self.account = account
        self.place = place

    def list_services(self, next_token: str | None = None, max_results: int | None = None) -> Json:
        """The services whose quotas are known."""
        return _page("Services", [SERVICE], next_token, max_results)

    def list_service_quotas(
        self,
        service_code: str,
        next_token: str | None = None,
        max_results: int | None = None,
        quota_code: str | None = None,
        quota_applied_at_level: str | None = None,
    ) -> Json:
        """Every quota with the value that holds."""
        _check_service(service_code)
        found = [self._find(service_code, quota_code)] if quota_code else self._all()
        if quota_applied_at_level not in ACCOUNT:
            found = []
        rows = [self._applied(each) for each in found]
        return _page("Quotas", rows, next_token, max_results)

    def get_service_quota(
        self, service_code: str, quota_code: str, context_id: str | None = None
    ) -> Json:
        """One quota with the value that holds."""
        _refuse_context(context_id)
        return {"Quota": self._applied(self._find(service_code, quota_code))}

    def list_aws_default_service_quotas(
        self, service_code: str, next_token: str | None = None, max_results: int | None = None
    ) -> Json:
        """Every quota with AWS's default."""
        _check_service(service_code)
        rows = [self._described(each) for each in self._all()]
        return _page("Quotas", rows, next_token, max_results)

    def get_aws_default_service_quota(self, service_code: str, quota_code: str) -> Json:
        """One quota with AWS's default."""
        return {"Quota": self._described(self._find(service_code, quota_code))}

    def request_service_quota_increase(
        self,
        service_code: str,
        quota_code: str,
        desired_value: float,
        context_id: str | None = None,
        support_case_allowed: Remembered = None,  # noqa: ARG002 - nobody could open one
    ) -> Json:
        """Raise a quota."""
        _refuse_context(context_id)
        quota = self._find(service_code, quota_code)
        # AWS: unknown, the wording of both.
        if not quota.adjustable:
            raise IllegalArgumentException(f"The quota '{quota.name}' is not adjustable.")
        with self.account.records.transaction():
            if desired_value <= self.account.value(quota):
                raise IllegalArgumentException(
                    f"You must provide a quota value greater than the current quota value of "
                    f"{self.account.value(quota)}."
                )
            granted = desired_value <= quota.most
            if granted:
                self._raise(quota, desired_value)
            change = self._note(quota, desired_value, granted=granted)
        return {"RequestedQuota": {**change, "Status": "PENDING"}}

    def get_requested_service_quota_change(self, request_id: str) -> Json:
        """What became of one request for more."""
        record = self.account.records.find(CHANGE, request_id)
        if record is None:
            raise NoSuchResourceException
        return {"RequestedQuota": record.body}

    def list_requested_service_quota_change_history(
        self,
        *,
        service_code: str | None = None,
        status: str | None = None,
        next_token: str | None = None,
        max_results: int | None = None,
        quota_requested_at_level: str | None = None,
    ) -> Json:
        """Every request for more."""
        if service_code:
            _check_service(service_code)
        found = self._changes(status) if quota_requested_at_level in ACCOUNT else []
        return _page("RequestedQuotas", found, next_token, max_results)

    def list_requested_service_quota_change_history_by_quota(
        self,
        *,
        service_code: str,
        quota_code: str,
        status: str | None = None,
        next_token: str | None = None,
        max_results: int | None = None,
        quota_requested_at_level: str | None = None,
    ) -> Json:
        """Every request for more of one quota."""
        code = self._find(service_code, quota_code).code
        found = self._changes(status) if quota_requested_at_level in ACCOUNT else []
        rows = [each for each in found if each["QuotaCode"] == code]
        return _page("RequestedQuotas", rows, next_token, max_results)

    def _all(self) -> list[Quota]:
        return self.account.catalogue.quotas

    def _find(self, service: str, code: str) -> Quota:
        _check_service(service)
        quota = self.account.catalogue.find(code)
        if quota is None or quota.code != code:
            raise NoSuchResourceException
        return quota

    def _applied(self, quota: Quota) -> Json:
        value = self.account.value(quota)
        return {**self._described(quota), "Value": value, "QuotaAppliedAtLevel": "ACCOUNT"}

    def _described(self, quota: Quota) -> Json:
        return {
            **self._named(quota),
            "Value": float(quota.value),
            "Adjustable": quota.adjustable,
            **({"UsageMetric": _usage(quota)} if quota.usage else {}),
            **({} if quota.name in KNOWN_CODES else {"Description": MADE}),
        }

    def _named(self, quota: Quota) -> Json:
        place = self.place
        return {
            **SERVICE,
            "QuotaArn": f"arn:aws:servicequotas:{place.region}:{place.account}:sagemaker/"
            f"{quota.code}",
            "QuotaCode": quota.code,
            "QuotaName": quota.name,
            "Unit": "None",
            "GlobalQuota": False,
        }

    def _raise(self, quota: Quota, value: float) -> None:
        records = self.account.records
        records.remove(KIND, quota.code)
        arn = self._named(quota)["QuotaArn"]
        records.add(Record(kind=KIND, name=quota.code, arn=arn, body={"Value": value}))

    def _note(self, quota: Quota, value: float, *, granted: bool) -> Json:
        name, now = uuid.uuid4().hex, time.time()
        body = {
            **self._named(quota),
            "Id": name,
            "DesiredValue": value,
            "Status": "APPROVED" if granted else "DENIED",
            "Created": now,
            "LastUpdated": now,
            "Requester": f'{{"accountId":"{self.place.account}"}}',
            "QuotaRequestedAtLevel": "ACCOUNT",
        }
        self.account.records.add(
            Record(
                kind=CHANGE,
                name=name,
                arn=f"{body['QuotaArn']}/{name}",
                body=body,
                status=body["Status"],
                created=now,
            )
        )
        return body

    def _changes(self, status: str | None) -> list[Json]:
        asked = Search(kind=CHANGE, status=status, descending=True)
        return [each.body for each in self.account.records.search(asked)]


def _check_service(code: str) -> None:
    if code != SERVICE["ServiceCode"]:
        raise NoSuchResourceException(
            f"benchtop knows no quotas of the service {code!r}, only those of 'sagemaker'."
        )


def _refuse_context(context: str | None) -> None:
    if context:
        raise NotHonoured("ContextId is not honoured by benchtop: SageMaker's quotas have none.")


def _page(member: str, rows: list[Json], token: str | None, size: int | None) -> Json:
    try:
        shown, more = window(rows, token, size or PAGE)
    except ValidationException:
        raise InvalidPaginationTokenException from None
    return {member: shown, **({"NextToken": more} if more else {})}


def _usage(quota: Quota) -> Json:
    return {
        "MetricNamespace": "AWS/Usage",
        "MetricName": "ResourceCount",
        "MetricDimensions": {
            "Class": "None", "Resource": quota.usage, "Service": "SageMaker", "Type": "Resource",
        },
        "MetricStatisticRecommendation": "Maximum",
    }  # fmt: skip
