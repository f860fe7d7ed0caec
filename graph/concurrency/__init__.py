"""Small asyncio building blocks that any package may use."""

from graph.concurrency.bookkeeping import Bookkeeping
from graph.concurrency.fair_slots import FairSlots, TooManyWaiting
from graph.concurrency.mailbox import Mailbox
from graph.concurrency.round_robin import RoundRobin, Share
from graph.concurrency.tasks import TaskOwner
from graph.concurrency.work import Work, begin_work, current_work

__all__ = [
    "Bookkeeping",
    "FairSlots",
    "Mailbox",
    "RoundRobin",
    "Share",
    "TaskOwner",
    "TooManyWaiting",
    "Work",
    "begin_work",
    "current_work",
]
