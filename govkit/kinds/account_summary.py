"""What an account's root user has, as the account's summary tells it at once; looked at alone."""

from collections.abc import Iterator
from dataclasses import dataclass

from govkit.kinds._observed import no_change, no_glance
from govkit.kinds._places import Spot, accounts, looked
from govkit.model.address import Address
from govkit.model.call import ApiCall, Look
from govkit.model.kind import Authority, Kind
from govkit.model.resource import Found


@dataclass(frozen=True, slots=True)
class AccountSummary:
    """Whether an account's root user has a password, MFA, access keys, signing certificates."""

    account: Address
    root_password: bool
    root_mfa: bool
    root_access_keys: bool
    root_certificates: bool

    @property
    def address(self) -> Address:
        """Where it stands: `account_summary:payments-prod`; there is one per account."""
        return Address("account_summary", self.account.path)

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account."""
        return (self.account,)


def _read(look: Look) -> Iterator[Found[AccountSummary]]:
    yield from looked(look, accounts(look), lambda spot: _summary(look, spot))


def _summary(look: Look, spot: Spot) -> Iterator[Found[AccountSummary]]:
    told = look.call(ApiCall("iam", "GetAccountSummary", {}, spot.place))["SummaryMap"]
    yield Found(
        AccountSummary(
            spot.account,
            root_password=bool(told.get("AccountPasswordPresent")),
            root_mfa=bool(told.get("AccountMFAEnabled")),
            root_access_keys=bool(told.get("AccountAccessKeysPresent")),
            root_certificates=bool(told.get("AccountSigningCertificatesPresent")),
        )
    )


KIND = Kind(
    name="account_summary",
    noun="account summary",
    resource=AccountSummary,
    read=_read,
    glance=no_glance,
    lower=no_change,
    authority=Authority.MEMBER,
    reads=("iam:GetAccountSummary",),
    beyond=True,
    serves=("credentials", "root_access"),
    watched=True,
)
