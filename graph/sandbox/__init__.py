"""An embedded AWS for tests and the demo: moto, with a DataSync that really copies objects."""

from graph.sandbox.faults import Call, CallInterceptor, Fault
from graph.sandbox.pace import Pace
from graph.sandbox.sandbox import HOME, REGION, Sandbox, install

__all__ = ["HOME", "REGION", "Call", "CallInterceptor", "Fault", "Pace", "Sandbox", "install"]
