"""The tag on a user that says in which stage its credentials are, and since when."""

from collections.abc import Iterator
from dataclasses import dataclass

from govkit.errors import AwsError
from govkit.kinds._places import place
from govkit.kinds._unlisted import nobody_lists
from govkit.kinds.iam_user import STAGE_TAG
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids
from govkit.model.change import Action, Change
from govkit.model.kind import Authority, Kind
from govkit.model.resource import Found


@dataclass(frozen=True, slots=True)
class CredentialStage:
    """The tag `govkit:credentials` of a user: `notify 2026-11-23`, say."""

    account: Address
    user: str
    value: str

    @property
    def address(self) -> Address:
        """Where it stands: `credential_stage:payments-prod/jane`."""
        return Address("credential_stage", f"{self.account.path}/{self.user}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account."""
        return (self.account,)


def _glance(stage: CredentialStage, api: Api, ids: Ids) -> Found[CredentialStage] | None:
    call = ApiCall("iam", "ListUserTags", {"UserName": stage.user}, place(stage.account, ids))
    try:
        tags = {one["Key"]: one["Value"] for one in api.items("Tags", call)}
    except AwsError as error:
        if error.code == "NoSuchEntity":
            return None
        raise
    value = tags.get(STAGE_TAG)
    return None if value is None else Found(CredentialStage(stage.account, stage.user, value))


def _lower(change: Change[CredentialStage], ids: Ids) -> Iterator[ApiCall]:
    stage = change.subject
    where = place(stage.account, ids)
    if change.action is Action.DELETE:
        yield ApiCall("iam", "UntagUser", {"UserName": stage.user, "TagKeys": [STAGE_TAG]}, where)
        return
    tags = [{"Key": STAGE_TAG, "Value": stage.value}]
    yield ApiCall("iam", "TagUser", {"UserName": stage.user, "Tags": tags}, where)


KIND = Kind(
    name="credential_stage",
    noun="stage of credentials",
    resource=CredentialStage,
    read=nobody_lists,
    glance=_glance,
    lower=_lower,
    authority=Authority.MEMBER,
    reads=("iam:ListUserTags",),
    writes=lambda _: ("iam:TagUser", "iam:UntagUser"),
    beyond=True,
    serves=("credentials",),
    watched=True,
)
