"""The rights that are configured now, by the names of keys and rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from graph.config.settings import KeySettings
from graph.model.caller import Rights
from graph.rights.policy import RightsInGroup


@dataclass(frozen=True, slots=True)
class RightsByName:
    """Shared by all that checks rights again later; ``replace`` changes them for all."""

    of_keys: dict[str, Rights]
    of_rules: dict[str, RightsInGroup]
    """By issuer and rule, as ``issuer/rule``."""

    @classmethod
    def of(cls, settings: KeySettings) -> Self:
        found = cls({}, {})
        found.replace(settings)
        return found

    def replace(self, settings: KeySettings) -> None:
        self.of_keys.clear()
        self.of_keys.update({key.name: key.rights for key in settings.all_keys})
        self.of_rules.clear()
        for issuer in settings.all_issuers:
            self.of_rules.update({issuer.credential(rule): rule.rights_in for rule in issuer.rules})
