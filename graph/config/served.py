"""Settings of the accounts and regions in which movers are managed."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode

from graph.config.network import split


class ServedSettings(BaseSettings):
    """A part of ``Settings``."""

    accounts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="The accounts to serve, separated by commas; empty means any account that lets "
        "the server assume the role.",
    )
    region: str = Field(
        "us-east-1",
        description="The AWS region in which movers are managed, where it is one: the short form "
        "of `REGIONS`.",
    )
    regions: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="The AWS regions in which movers are managed, separated by commas, of one "
        "partition. The first is the default: the REST API's, and that of GraphQL requests that "
        "name none. Empty means the one of `REGION`.",
    )

    @field_validator("accounts", "regions", mode="before")
    @classmethod
    def _split_lists(cls, given: object) -> object:
        return split(given)

    @field_validator("accounts")
    @classmethod
    def _twelve_digits(cls, accounts: tuple[str, ...]) -> tuple[str, ...]:
        for account in accounts:
            if not re.fullmatch("[0-9]{12}", account):
                raise ValueError(f"'{account}' is not an account id of 12 digits")
        return accounts

    @field_validator("regions")
    @classmethod
    def _each_once(cls, regions: tuple[str, ...]) -> tuple[str, ...]:
        for region in regions:
            if regions.count(region) > 1:
                raise ValueError(f"'{region}' is named twice")
        return regions

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.regions and "region" in self.model_fields_set and self.region != self.regions[0]:
            raise ValueError(
                f"DATASYNC_API_REGIONS begins with {self.regions[0]}, but DATASYNC_API_REGION is "
                f"{self.region}: remove DATASYNC_API_REGION, or name its region first"
            )
        return self

    @property
    def served_regions(self) -> tuple[str, ...]:
        """Every region in which movers are managed; the first is the default."""
        return self.regions or (self.region,)
