"""Decides whether a caller may use the resources behind a mover."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graph.model.caller import Caller
from graph.model.errors import Forbidden
from graph.model.operation import NewMover
from graph.model.resources import Resource
from graph.rights.named import resources_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ResourcePolicy:
    """The rules that are in force, by the name of the key that they limit."""

    callers: Mapping[str, Caller]
    enforced: bool = True

    async def require(
        self, caller: Caller, account_id: str, group: str | None, resources: Iterable[Resource]
    ) -> None:
        """Raises Forbidden, with the place in the input, for the first one that is not allowed."""
        if not self.enforced or caller.uses_everything:
            return
        for resource in resources:
            if not caller.may_use(account_id, group, resource):
                raise Forbidden(
                    f"the key '{caller.name}' may not use {resource.arn}"
                    f"{f' below {resource.prefix}' if resource.prefix else ''} for movers of group "
                    f"'{group}': no rule under `resources` allows it",
                    path=resource.path,
                )

    async def require_for_new(self, caller: Caller, new: NewMover) -> None:
        """Raises Forbidden unless the caller may use both ends of the mover."""
        await self.require(caller, new.account_id, new.group, resources_of(new))

    async def require_still(self, new: NewMover) -> None:
        """Checks an accepted mover by the rules that are in force now.

        Raises Forbidden, also if its key is no longer configured.
        """
        key_name = getattr(new, "key_name", None)
        if key_name is None or not self.enforced:
            return  # accepted by a version without these rules; as stored by it, without the name
        caller = self.callers.get(key_name)
        if caller is None:
            raise Forbidden(f"the key '{key_name}', which requested it, is no longer configured")
        await self.require_for_new(caller, new)

    def log_limits(self) -> None:
        """Says which keys are limited, and how; warns where the limits are not enforced."""
        for caller in self.callers.values():
            log.info("key %s %s", caller.name, _limits(caller))
        limited = [c.name for c in self.callers.values() if not c.uses_everything]
        if limited and not self.enforced:
            log.warning(
                "RESOURCE_CHECK is none: the keys %s may use every resource of their accounts as a "
                "source or destination, also those of other groups",
                ", ".join(limited),
            )


def _limits(caller: Caller) -> str:
    rights = "may write" if caller.may_write else "may read"
    accounts = f"in accounts {', '.join(sorted(caller.accounts))}" if caller.accounts else ""
    groups = f"in groups {', '.join(sorted(caller.groups))}" if caller.groups else ""
    if caller.uses_everything:
        uses = "uses every resource"
    elif caller.resources:
        uses = f"uses what {len(caller.resources)} resource rules allow"
    else:
        uses = "uses no resource, as no rule allows one"
    return "; ".join(part for part in (" ".join(filter(None, (rights, accounts, groups))), uses))
