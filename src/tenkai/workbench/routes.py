"""All routes of the server, by the address behind `/api/`."""

from __future__ import annotations

from collections.abc import Mapping

from tenkai.workbench import handlers, replaying, result_handlers
from tenkai.workbench.asking import Handler

GETS: Mapping[str, Handler] = {**handlers.GETS, **result_handlers.GETS, **replaying.GETS}
POSTS: Mapping[str, Handler] = {**handlers.POSTS, **result_handlers.POSTS, **replaying.POSTS}
