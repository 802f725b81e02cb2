"""
Which requests wait for a thread, and which are refused because too many do: a late answer is worth less than none.

Without a limit all who come faster than they are answered wait for ever longer, and most have gone away when it is
their turn. Reads are refused at half of what bookings are, so that a crowd that looks at seats keeps nobody from
buying them. What a limit does to both under load is in docs/capacity.md.
"""

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import Error

READS = frozenset(("GET", "HEAD", "OPTIONS"))
# Who asks these would take the server away, or be blind, just when it has most to do.
NEVER_REFUSED = frozenset(("/livez", "/readyz", "/metrics"))


class Overload(Error):
    code, reason = 503, "Service Unavailable"


class Dispatcher(ThreadedTaskDispatcher):
    def __init__(self, threads: int, most_waiting: int):
        super().__init__()
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
        most = self.most_waiting // 2 if request.command in READS else self.most_waiting
        return len(self.queue) >= most and request.path not in NEVER_REFUSED
