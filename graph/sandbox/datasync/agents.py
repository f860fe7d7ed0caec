"""Agents: what DataSync knows of the machines that reach storage outside of AWS."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from graph.sandbox.clock import CLOCK
from graph.sandbox.datasync.errors import InvalidRequestException
from graph.sandbox.datasync.kinds import tail
from graph.sandbox.datasync.parameters import check_account
from graph.sandbox.datasync.tagged import Resource
from graph.sandbox.failures import Failure

OUT_OF_CONTACT: Final = timedelta(minutes=5)
"""For how long an agent has been silent when the service calls it OFFLINE."""
_VERSION: Final = "2.0.1744138937.1"


@dataclass(kw_only=True, eq=False)
class Agent(Resource):
    """An activated agent."""

    name: str = ""
    endpoint: str = "PUBLIC"
    network: dict[str, Any] = field(default_factory=dict)
    """``PrivateLinkConfig`` of an agent that was activated with a VPC endpoint."""
    silent_since: datetime | None = None
    """Of an agent that is out of contact: its last contact."""

    @property
    def online(self) -> bool:
        return self.silent_since is None

    @property
    def status(self) -> str:
        return "ONLINE" if self.online else "OFFLINE"

    def set_online(self, *, online: bool) -> None:
        """Breaks or restores its contact with the service."""
        if online:
            self.silent_since = None
        elif self.silent_since is None:
            self.silent_since = CLOCK.now() - OUT_OF_CONTACT

    def summary(self) -> dict[str, Any]:
        return {
            "AgentArn": self.arn,
            "Name": self.name,
            "Status": self.status,
            "Platform": {"Version": _VERSION},
        }

    def describe(self) -> dict[str, Any]:
        return {
            **self.summary(),
            "LastConnectionTime": self.silent_since or CLOCK.now(),
            "CreationTime": self.created,
            "EndpointType": self.endpoint,
            "PrivateLinkConfig": self.network or None,
        }


class Agents:
    """All agents by ARN, and the activation keys that were used. One per process, like moto's."""

    def __init__(self) -> None:
        self._agents: dict[str, Agent] = {}
        self._used_keys: set[str] = set()

    def clear(self) -> None:
        self._agents.clear()
        self._used_keys.clear()

    def add(self, agent: Agent) -> Agent:
        self._agents[agent.arn] = agent
        return agent

    def use_key(self, key: str) -> None:
        """Raises InvalidRequestException for an activation key that was used before."""
        if key in self._used_keys:
            raise InvalidRequestException("Invalid activation key.")
        self._used_keys.add(key)

    def known(self, arn: str) -> Agent | None:
        return self._agents.get(arn)

    def get(self, arn: str, account_id: str) -> Agent:
        """Raises InvalidRequestException unless the account has the agent."""
        check_account(arn, account_id)
        found = self._agents.get(arn)
        if found is None:
            raise InvalidRequestException(f"Agent {tail(arn)} does not exist.")
        return found

    def below(self, home: str) -> list[Agent]:
        """Those whose ARNs begin with the text, in order of creation."""
        return [agent for arn, agent in list(self._agents.items()) if arn.startswith(home)]

    def delete(self, arn: str, account_id: str) -> None:
        self.get(arn, account_id)
        del self._agents[arn]


AGENTS: Final = Agents()


def activated(arn: str, tags: dict[str, str], params: Mapping[str, Any]) -> Agent:
    """The agent that a request of CreateAgent makes, which uses up its key."""
    endpoint, subnets = params.get("VpcEndpointId"), params.get("SubnetArns")
    if bool(subnets) != bool(params.get("SecurityGroupArns")) or (subnets and not endpoint):
        raise InvalidRequestException(
            "VpcEndpointId, SubnetArns and SecurityGroupArns have to be given together."
        )
    AGENTS.use_key(params["ActivationKey"])
    network = {
        "VpcEndpointId": endpoint,
        "PrivateLinkEndpoint": "10.0.0.10",
        "SubnetArns": subnets or [],
        "SecurityGroupArns": params.get("SecurityGroupArns") or [],
    }
    return AGENTS.add(
        Agent(
            arn=arn,
            tags=tags,
            name=params.get("AgentName") or "",
            endpoint="PRIVATE_LINK" if endpoint else "PUBLIC",
            network=network if endpoint else {},
        )
    )


def agents_of(params: Mapping[str, Any]) -> list[str]:
    """The ARNs of the agents that a location's parameters name."""
    on_premises = params.get("OnPremConfig") or {}
    return [*(params.get("AgentArns") or ()), *(on_premises.get("AgentArns") or ())]


def check_agents(params: Mapping[str, Any], account_id: str) -> None:
    """Raises InvalidRequestException for an agent that does not exist."""
    for arn in agents_of(params):
        AGENTS.get(arn, account_id)


def offline(arns: Iterable[str]) -> Failure | None:
    """Why a task with these agents cannot run; None if all of them are in contact."""
    found = (AGENTS.known(arn) for arn in arns)
    if all(agent is not None and agent.online for agent in found):
        return None
    return Failure("", "A DataSync agent used by the task is offline.")
