"""What is configured for one identity provider."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from graph.auth.issuers.key_set import KeySet
from graph.auth.issuers.rule import Rule

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""Those that may be configured: asymmetric, so that the server holds nothing that can sign."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """An identity provider whose tokens are accepted."""

    name: str
    """By which logs and records name its callers: ``name:subject``."""
    url: str
    """The claim ``iss``, compared character by character."""
    audience: str
    """What the claim ``aud`` has to contain."""
    rules: tuple[Rule, ...]
    """The first one that matches a token decides on its rights."""
    algorithms: tuple[str, ...] = ("RS256",)
    types: tuple[str, ...] = ("at+jwt",)
    """The values of the header ``typ`` that are accepted, in lower case."""
    subject: str = "sub"
    """The claim that names the caller."""
    jwks_url: str | None = None
    """Where its keys are; None: where its discovery document says."""
    keys: KeySet | None = field(default=None, repr=False)
    """Its keys, if they are configured by a file; None: they are fetched."""

    @property
    def credentials(self) -> dict[str, tuple[object, ...]]:
        """By the name that a caller's rights come from: all that decides on them.

        The keys are left out: an issuer replaces them all the time.
        """
        accepted = (self.url, self.audience, self.algorithms, self.types, self.subject)
        found: dict[str, tuple[object, ...]] = {}
        for number, rule in enumerate(self.rules):
            found[self.credential(rule)] = (*accepted, rule, self.rules[:number])
        return found

    def credential(self, rule: Rule) -> str:
        """The name of what a caller's rights come from."""
        return f"{self.name}/{rule.name}"
