"""An AWS of one's own: moto, with a DataSync that moves objects and roles that must be trusted."""

from graph.sandbox.faults import Border, Call, Fault
from graph.sandbox.pace import Pace
from graph.sandbox.served import HOME, REGION, Sandbox, install

__all__ = ["HOME", "REGION", "Border", "Call", "Fault", "Pace", "Sandbox", "install"]
