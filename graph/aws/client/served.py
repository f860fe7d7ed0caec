"""The accounts and regions that the settings allow."""

from __future__ import annotations

from graph.model import names
from graph.model.errors import Invalid, unknown_account
from graph.model.mover import Account


class Served:
    """Where movers are managed. Asks AWS nothing."""

    def __init__(
        self,
        accounts: frozenset[str] = frozenset(),
        regions: tuple[str, ...] = ("us-east-1",),
        home: str | None = None,
    ) -> None:
        """``accounts``: empty for any. ``regions``: the first is the default.

        ``home``: the region of ids and records that name none; by default the first.
        """
        self.accounts, self.regions, self.home = accounts, regions, home or regions[0]

    @property
    def default(self) -> str:
        """The region of requests that name none."""
        return self.regions[0]

    def account(self, account_id: str, region: str | None = None) -> Account:
        """The account in a region, or in the default one.

        Raises Invalid for a malformed account id and for a region that is not served, NotFound for
        an account that the settings do not allow.
        """
        names.account_id(account_id)
        if self.accounts and account_id not in self.accounts:
            raise unknown_account(account_id)
        if region is not None and region not in self.regions:
            raise Invalid(
                f"'{region[:32]}' is not a region of this server. Its regions are "
                f"{', '.join(self.regions)}.",
                path=("region",),
            )
        return self.place(account_id, region or self.default)

    def place(self, account_id: str, region: str) -> Account:
        """The same without checks: for what was recorded, whatever is served now."""
        return Account(account_id, region, is_home=region == self.home)

    def recorded(self, account_id: str, region: str | None) -> Account:
        """The same by the region of a record: None is the home region."""
        return self.place(account_id, region or self.home)

    def stored(self, region: str | None) -> str | None:
        """What records have for the region that a request names: None for the home region."""
        named = region or self.default
        return None if named == self.home else named

    def at_key(self, key: str) -> Account:
        """The account of an ``Account.key``. Raises as ``account``."""
        account_id, at, region = key.partition("@")
        return self.account(account_id, region if at else self.home)

    def listed(self, region: str | None = None) -> tuple[Account, ...]:
        """The accounts that the settings allow, in one region; empty if they allow any."""
        return tuple(self.account(account_id, region) for account_id in sorted(self.accounts))
