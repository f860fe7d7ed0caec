"""The activity of accounts: what changes in them, from any source. One poller per account."""

from graph.activity.feed import Change
from graph.activity.looks import AwsLooks
from graph.activity.picture import Kind
from graph.activity.poller import Pace
from graph.activity.service import Activity

__all__ = ["Activity", "AwsLooks", "Change", "Kind", "Pace"]
