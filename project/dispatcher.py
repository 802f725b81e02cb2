"""
Which requests wait for a thread, in which order, and which are refused because too many do.

Without a limit all who come faster than they are answered wait for ever longer, and most have gone away when it is
their turn. And a crowd that looks at seats must not keep anybody from buying them: who writes is served first, and
waits in a queue of their own. What both do under load is in docs/capacity.md.
"""

from collections import deque

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import Error

READS = frozenset(("GET", "HEAD", "OPTIONS"))
# Who asks these would take the server away, or be blind, just when it has most to do.
NEVER_REFUSED = frozenset(("/livez", "/readyz", "/metrics"))


class Overload(Error):
    code, reason = 503, "Service Unavailable"


class Queue:
    """First come, first served; but whoever only reads after all others."""

    def __init__(self):
        self.reads: deque[HTTPChannel] = deque()
        self.others: deque[HTTPChannel] = deque()

    def of(self, request: HTTPRequestParser) -> deque[HTTPChannel]:
        can_wait = request.command in READS and request.path not in NEVER_REFUSED
        return self.reads if can_wait else self.others

    def append(self, channel: HTTPChannel) -> None:
        self.of(channel.requests[0]).append(channel)

    def popleft(self) -> HTTPChannel:
        return (self.others or self.reads).popleft()

    def __len__(self) -> int:
        return len(self.reads) + len(self.others)


class Dispatcher(ThreadedTaskDispatcher):
    def __init__(self, threads: int, most_waiting: int):
        """So many may wait in each of the two queues."""
        super().__init__()
        self.queue = Queue()
        self.most_waiting = most_waiting
        self.refusals = ThreadedTaskDispatcher()
        self.refusals.set_thread_count(1)  # which waits for none of those that answer
        self.set_thread_count(threads)

    def add_task(self, channel: HTTPChannel) -> None:
        request = channel.requests[0]
        if request.error is None and self.is_too_much(request):
            request.error = Overload("")
        (self.refusals if request.error else super()).add_task(channel)

    def is_too_much(self, request: HTTPRequestParser) -> bool:
        return len(self.queue.of(request)) >= self.most_waiting and request.path not in NEVER_REFUSED
