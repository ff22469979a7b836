"""What is said to the open pages: every message goes to all of them."""

from __future__ import annotations

import asyncio
from typing import Any

# Messages that wait for a page that does not read; then its connection is given up, and it asks anew.
MOST_WAITING = 2000

Message = dict[str, Any]


class Hub:
    """The pages that listen."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[Message | None]] = set()

    def join(self) -> asyncio.Queue[Message | None]:
        """Return the queue of a new listener; None in it means: too slow, connect again."""
        queue: asyncio.Queue[Message | None] = asyncio.Queue(MOST_WAITING)
        self._queues.add(queue)
        return queue

    def leave(self, queue: asyncio.Queue[Message | None]) -> None:
        """Forget a listener."""
        self._queues.discard(queue)

    def say(self, message: Message) -> None:
        """Tell all pages. To be called in the thread of the event loop."""
        for queue in list(self._queues):
            if queue.full():
                self._queues.discard(queue)
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(None)
            else:
                queue.put_nowait(message)
