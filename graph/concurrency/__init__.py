"""Small asyncio building blocks that any package may use."""

from graph.concurrency.bookkeeping import Bookkeeping
from graph.concurrency.mailbox import Mailbox
from graph.concurrency.tasks import TaskOwner

__all__ = ["Bookkeeping", "Mailbox", "TaskOwner"]
