"""Small asyncio building blocks that any package may use."""

from graph.concurrency.bookkeeping import Bookkeeping
from graph.concurrency.budget import Bill, Budget, OverBudget
from graph.concurrency.eager import Ended, Rest, attempt, begin
from graph.concurrency.fair_cache import FairCache
from graph.concurrency.fair_loop import FairLoop
from graph.concurrency.fair_slots import FairSlots, TooManyWaiting
from graph.concurrency.in_progress import InProgress, NoRoom
from graph.concurrency.mailbox import Inbox, Mailbox
from graph.concurrency.pigeonholes import Pigeonholes
from graph.concurrency.received_bytes import ReceivedBytes, TooManyBytes
from graph.concurrency.round_robin import RoundRobin, Share
from graph.concurrency.rounds import Rounds
from graph.concurrency.steps import in_steps, may_pause
from graph.concurrency.tasks import TaskOwner
from graph.concurrency.together import together
from graph.concurrency.waits import Waits, Withdrawn
from graph.concurrency.watchdog import Check, Watchdog
from graph.concurrency.work import SERVER, TooMuch, Usage, Work, begin_work, current_work

__all__ = [
    "SERVER",
    "Bill",
    "Bookkeeping",
    "Budget",
    "Check",
    "Ended",
    "FairCache",
    "FairLoop",
    "FairSlots",
    "InProgress",
    "Inbox",
    "Mailbox",
    "NoRoom",
    "OverBudget",
    "Pigeonholes",
    "ReceivedBytes",
    "Rest",
    "RoundRobin",
    "Rounds",
    "Share",
    "TaskOwner",
    "TooManyBytes",
    "TooManyWaiting",
    "TooMuch",
    "Usage",
    "Waits",
    "Watchdog",
    "Withdrawn",
    "Work",
    "attempt",
    "begin",
    "begin_work",
    "current_work",
    "in_steps",
    "may_pause",
    "together",
]
