"""The organization's trail: CloudTrail in every account and Region, into one bucket, switched on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal

from govkit.errors import AwsError, GovkitError
from govkit.kinds._keepers import Keeper, kept_by
from govkit.kinds._log_buckets import LogBucket, cloudtrail_writes, log_bucket
from govkit.kinds._places import Spot, looked, management, place
from govkit.kinds._selectors import ALL, kept, recorded, widened
from govkit.kinds._tags import LAYOUT, as_list
from govkit.kinds.delegated_administrator import DelegatedAdministrator
from govkit.kinds.trail_delivery import TrailDelivery
from govkit.kinds.trail_view import TrailView
from govkit.kinds.trusted_access import TrustedAccess
from govkit.model.address import Address
from govkit.model.address import account as account_address
from govkit.model.call import Api, ApiCall, Ids, Look
from govkit.model.change import Change
from govkit.model.kind import Asked, Kind, Section
from govkit.model.resource import Found
from govkit.model.scope import Scope

SERVICE = "cloudtrail.amazonaws.com"
_INSIGHTS = ("ApiCallRateInsight", "ApiErrorRateInsight")


@dataclass(frozen=True, slots=True)
class Trail:
    """A trail of the management account. `management_events` is `all`, or says what is left out.

    `kms_key` is as CloudTrail shows it, or an alias; `aliases` are those of the live key. `others`
    keeps what else is recorded; `layout` is the owner's tag.
    """

    account: Address
    region: str
    name: str
    bucket: str
    prefix: str | None = None
    organization: bool = True
    multi_region: bool = True
    log_file_validation: bool = True
    kms_key: str | None = None
    sns_topic: str | None = None
    log_group: str | None = None
    log_role: str | None = None
    insights: tuple[str, ...] = ()
    management_events: str = ALL
    logging: bool = True
    holder: Address | None = field(default=None, compare=False)
    aliases: tuple[str, ...] = field(default=(), compare=False)
    others: str = field(default="", compare=False)
    layout: str | None = field(default=None, compare=False)

    @property
    def address(self) -> Address:
        """Where it stands: `trail:management/eu-west-1/org-trail`."""
        return Address("trail", f"{self.account.path}/{self.region}/{self.name}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """Its account, trusted access where it is the organization's, and its bucket where ours."""
        access = (Address("trusted_access", SERVICE),) if self.organization else ()
        bucket = (Address("bucket", self.bucket),) if self.holder is not None else ()
        return (self.account, *access, *bucket)


@dataclass(frozen=True, slots=True)
class LogGroup:
    """CloudWatch Logs to which a trail writes too: ARNs of the group and of the role that writes."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    group: str
    role: str


@dataclass(frozen=True, slots=True)
class CloudTrail:
    """The layout's section `baseline: {cloudtrail: …}`."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    bucket: LogBucket
    trail: str = "org-trail"
    managed_by: Keeper = "govkit"
    multi_region: bool = True
    log_file_validation: bool = True
    kms_key: str | None = None
    sns_topic: str | None = None
    cloudwatch_logs: LogGroup | None = None
    delegated_administrator: str | None = None
    insights: bool | list[Literal["ApiCallRateInsight", "ApiErrorRateInsight"]] = False


def _asked(told: CloudTrail, scope: Scope) -> Iterator[Asked]:
    writes = cloudtrail_writes(told.bucket, told.trail, scope)
    for one in log_bucket(told.bucket, scope, writes, keeper=told.managed_by):
        yield replace(one, path=("bucket",))
    yield from kept_by(told.managed_by, _wanted(told, scope))
    if scope.management is not None:
        fares = TrailDelivery(scope.management, scope.home_region, told.trail)
        yield Asked(("trail",), fares, observed=True)
        for account in scope.accounts:
            if account != scope.management:
                view = TrailView(account, scope.home_region, told.trail)
                yield Asked(("trail",), view, observed=True)


def _wanted(told: CloudTrail, scope: Scope) -> Iterator[Asked]:
    if scope.management is None:
        return
    if not scope.home_region:
        raise GovkitError(
            "No home Region", "A trail is kept in one: organization: {home_region: …}."
        )
    yield Asked((), TrustedAccess(SERVICE))
    if told.delegated_administrator is not None:
        charged = DelegatedAdministrator(SERVICE, account_address(told.delegated_administrator))
        yield Asked(("delegated_administrator",), charged)
    logs, insights = told.cloudwatch_logs, told.insights
    yield Asked(
        ("trail",),
        Trail(
            account=scope.management,
            region=scope.home_region,
            name=told.trail,
            bucket=told.bucket.name,
            prefix=told.bucket.prefix,
            multi_region=told.multi_region,
            log_file_validation=told.log_file_validation,
            kms_key=told.kms_key,
            sns_topic=told.sns_topic,
            log_group=None if logs is None else logs.group,
            log_role=None if logs is None else logs.role,
            insights=tuple(sorted(_INSIGHTS if insights is True else insights or ())),
            holder=account_address(told.bucket.account),
        ),
    )


def _read(look: Look) -> Iterator[Found[Trail]]:
    """Yield the trails of the organization, and others of the management account."""
    yield from looked(look, management(look), lambda spot: _trails(look, spot))


def _trails(look: Look, spot: Spot) -> Iterator[Found[Trail]]:
    listed = look.call(ApiCall("cloudtrail", "DescribeTrails", {}, spot.place))["trailList"]
    for one in listed:
        if one.get("HomeRegion") == spot.region or one.get("IsOrganizationTrail"):
            yield Found(_trail(look, spot, one), one["TrailARN"])


def _trail(api: Look | Api, spot: Spot, told: Mapping[str, Any]) -> Trail:
    arn = told["TrailARN"]

    def ask(operation: str, **params: Any) -> Mapping[str, Any]:
        return api.call(ApiCall("cloudtrail", operation, params, spot.place))

    selectors = ask("GetEventSelectors", TrailName=arn)
    tags = ask("ListTags", ResourceIdList=[arn])["ResourceTagList"]
    own = {tag["Key"]: tag.get("Value", "") for one in tags for tag in one.get("TagsList", ())}
    return Trail(
        account=spot.account,
        region=told.get("HomeRegion", spot.region),
        name=told["Name"],
        bucket=told["S3BucketName"],
        prefix=told.get("S3KeyPrefix") or None,
        organization=bool(told.get("IsOrganizationTrail")),
        multi_region=bool(told.get("IsMultiRegionTrail")),
        log_file_validation=bool(told.get("LogFileValidationEnabled")),
        kms_key=told.get("KmsKeyId") or None,
        sns_topic=told.get("SnsTopicARN") or None,
        log_group=told.get("CloudWatchLogsLogGroupArn") or None,
        log_role=told.get("CloudWatchLogsRoleArn") or None,
        insights=_insights(api, spot, told),
        management_events=recorded(selectors),
        logging=bool(ask("GetTrailStatus", Name=arn).get("IsLogging")),
        aliases=_aliases(api, spot, told.get("KmsKeyId") or ""),
        others=kept(selectors),
        layout=own.get(LAYOUT),
    )


def _insights(api: Look | Api, spot: Spot, told: Mapping[str, Any]) -> tuple[str, ...]:
    if not told.get("HasInsightSelectors"):
        return ()
    call = ApiCall("cloudtrail", "GetInsightSelectors", {"TrailName": told["TrailARN"]}, spot.place)
    found = api.call(call).get("InsightSelectors", ())
    return tuple(sorted(one["InsightType"] for one in found))


def _aliases(api: Look | Api, spot: Spot, key: str) -> tuple[str, ...]:
    """Return the aliases of a key, by which a layout may name it: KMS tells those of own keys alone."""
    if key.split(":")[4:5] != [spot.place.account]:
        return ()
    call = ApiCall("kms", "ListAliases", {"KeyId": key}, spot.place)
    return tuple(sorted(one["AliasName"] for one in api.items("Aliases", call)))


def _glance(trail: Trail, api: Api, ids: Ids) -> Found[Trail] | None:
    spot = Spot(trail.account, place(trail.account, ids, trail.region))
    call = ApiCall("cloudtrail", "DescribeTrails", {"trailNameList": [trail.name]}, spot.place)
    try:
        listed = api.call(call)["trailList"]
    except AwsError as error:
        if error.code == "TrailNotFoundException":
            return None
        raise
    for one in listed:
        if one["Name"] == trail.name:
            return Found(_trail(api, spot, one), one["TrailARN"])
    return None


def _lower(change: Change[Trail], ids: Ids) -> Iterator[ApiCall]:
    """Make or mend it, then let it record all, and start it: CreateTrail alone logs nothing."""
    before, after = change.before, change.after

    def ask(operation: str, **params: Any) -> ApiCall:
        where = place(change.subject.account, ids, change.subject.region)
        return ApiCall("cloudtrail", operation, params, where)

    if after is None:
        yield ask("DeleteTrail", Name=change.subject.name)
        return
    if before is None:
        tags = {"TagsList": as_list({LAYOUT: after.layout})} if after.layout else {}
        settings = {name: value for name, value in _settings(after).items() if value != ""}
        yield ask("CreateTrail", Name=after.name, **settings, **tags)
    elif mended := _settings(after).items() - _settings(before).items():
        yield ask("UpdateTrail", Name=after.name, **dict(sorted(mended)))
    if before is not None and before.management_events != after.management_events:
        yield ask("PutEventSelectors", TrailName=after.name, **widened(before.others))
    if after.insights != (() if before is None else before.insights):
        chosen = [{"InsightType": one} for one in after.insights]
        yield ask("PutInsightSelectors", TrailName=after.name, InsightSelectors=chosen)
    if after.logging and (before is None or not before.logging):
        yield ask("StartLogging", Name=after.name)


def _settings(trail: Trail) -> dict[str, Any]:
    """Return all of a trail's settings; an empty one unsets what was set (UpdateTrail)."""
    return {
        "S3BucketName": trail.bucket,
        "S3KeyPrefix": trail.prefix or "",
        "SnsTopicName": trail.sns_topic or "",
        "IncludeGlobalServiceEvents": True,
        "IsMultiRegionTrail": trail.multi_region,
        "EnableLogFileValidation": trail.log_file_validation,
        "CloudWatchLogsLogGroupArn": trail.log_group or "",
        "CloudWatchLogsRoleArn": trail.log_role or "",
        "KmsKeyId": trail.kms_key or "",
        "IsOrganizationTrail": trail.organization,
    }


def _meet(wanted: Trail | None, live: Trail | None) -> tuple[Trail | None, Trail | None]:
    """Let the layout's alias and topic name stand for what CloudTrail shows in their place."""
    if wanted is None or live is None:
        return wanted, live
    if wanted.kms_key in live.aliases:
        wanted = replace(wanted, kms_key=live.kms_key)
    if live.sns_topic and wanted.sns_topic == live.sns_topic.rpartition(":")[2]:
        wanted = replace(wanted, sns_topic=live.sns_topic)
    return replace(wanted, others=live.others), live


KIND = Kind(
    name="trail",
    noun="trail",
    resource=Trail,
    read=_read,
    glance=_glance,
    lower=_lower,
    meet=_meet,
    section=Section("baseline", "cloudtrail", CloudTrail, _asked),
    beyond=True,
    reads=(
        "cloudtrail:DescribeTrails",
        "cloudtrail:GetEventSelectors",
        "cloudtrail:GetInsightSelectors",
        "cloudtrail:GetTrailStatus",
        "cloudtrail:ListTags",
        "kms:ListAliases",
    ),
    writes=lambda _: (
        "cloudtrail:AddTags",
        "cloudtrail:CreateTrail",
        "cloudtrail:DeleteTrail",
        "cloudtrail:PutEventSelectors",
        "cloudtrail:PutInsightSelectors",
        "cloudtrail:StartLogging",
        "cloudtrail:UpdateTrail",
    ),
)
