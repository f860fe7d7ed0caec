"""What to do about a run that failed or was incomplete, and about a mover that cannot run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from graph.model.agent import Agent


class RunFailureClass(Enum):
    """What kind of reason a run failed for."""

    ACCESS_DENIED = "ACCESS_DENIED"
    AUTHENTICATION = "AUTHENTICATION"
    UNREACHABLE = "UNREACHABLE"
    INPUT_OUTPUT = "INPUT_OUTPUT"
    OUT_OF_MEMORY = "OUT_OF_MEMORY"
    NETWORK_INTERFACE_GONE = "NETWORK_INTERFACE_GONE"
    UNSUPPORTED = "UNSUPPORTED"
    FILE_NOT_FOUND = "FILE_NOT_FOUND"
    VERIFICATION = "VERIFICATION"
    FILES_SKIPPED = "FILES_SKIPPED"


class RunSide(Enum):
    """One of the two ends of a transfer."""

    SOURCE = "SOURCE"
    DESTINATION = "DESTINATION"


@dataclass(frozen=True, slots=True)
class Advice:
    """Advice on one run."""

    failure_class: RunFailureClass | None
    """None for an error that is not documented."""
    cause: str
    """What happened; AWS's own text if the error is not documented."""
    steps: tuple[str, ...] = ()
    retryable: bool | None = None
    """Whether another run may succeed although nothing was changed; None if that is not known."""
    side: RunSide | None = None
    """The end that the error is about; None for both, or if that is not known."""
    location_id: str | None = None
    """The location that AWS's text names."""
    link: str | None = None


_BACK: Final = "The mover becomes AVAILABLE again by itself once all of its agents are ONLINE."
_NEW_LOCATION: Final = (
    "Activate another agent, and give it to the location in the place of the one that is gone."
)


@dataclass(frozen=True, slots=True)
class MoverAdvice:
    """Why a mover is UNAVAILABLE, and what to do about it."""

    cause: str
    steps: tuple[str, ...]
    agents: tuple[Agent, ...] = ()
    """Those that are not online."""

    @staticmethod
    def on(agents: Sequence[tuple[str, Agent | None]], reasons: str) -> MoverAdvice:
        """``agents``: those of the mover by ARN; None for one that is gone. ``reasons``: AWS's."""
        gone = [arn.rpartition("/")[2] for arn, agent in agents if agent is None]
        off = tuple(agent for _, agent in agents if agent is not None and not agent.online)
        causes = [f"The agent {agent_id} no longer exists." for agent_id in gone]
        causes += map(_offline, off)
        if causes:
            steps = (*((_NEW_LOCATION,) if gone else ()), *(_WAKE if off else ()), _BACK)
            return MoverAdvice(" ".join(causes), steps, off)
        return MoverAdvice(reasons or "AWS reports no reason.", _OTHERWISE)


_WAKE: Final = (
    "Check that the machine of the agent runs, and that it has enough memory and disk space.",
    "Check that it reaches DataSync: its network, its firewall, its VPC endpoint.",
)
_OTHERWISE: Final = (
    "If the mover was just created, wait a few minutes: a new file system may not be ready yet.",
    "Check that the locations of the mover exist and can be reached.",
)


def _offline(agent: Agent) -> str:
    since = agent.last_contact_at
    seen = f"; its last contact was at {since:%Y-%m-%d %H:%M} UTC" if since else ""
    return f"The agent '{agent.label}' is {agent.status}{seen}."
