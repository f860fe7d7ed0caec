"""A Hadoop cluster, reached through agents."""

from __future__ import annotations

from typing import Final

from graph.locations.kind import LocationKind

KIND: Final = LocationKind(name="HDFS", scheme="hdfs", operation="hdfs")
