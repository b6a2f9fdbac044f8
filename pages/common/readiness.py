"""``/healthz``: this process answers. ``/readyz``: it can show figures; else 503 and which of its parts fails, in fixed words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from data_access.deadline import READY_SECONDS, within
from data_access.engine import DATABASE_AWAY, engine
from data_access.engine import OTHER_TABLES as OTHER_TABLES
from data_access.revisions import at_head

NEVER_KEPT = {"cache-control": "no-store"}


def failing_in_database() -> list[str]:
    """``database`` if it cannot be asked, ``migrations`` if its tables are not this program's."""
    try:
        with within(READY_SECONDS), engine().connect() as connection:
            return [] if at_head(connection) else ["migrations"]
    except DATABASE_AWAY:
        return ["database"]


class Readiness:
    """The two routes. One question is with the database at a time: a database that hangs costs one thread, however often it is asked."""

    def __init__(self, worker_is_alive: Callable[[], bool]) -> None:
        self._worker_is_alive = worker_is_alive
        self._asked: asyncio.Task[list[str]] | None = None

    @property
    def routes(self) -> list[Route]:
        return [Route("/healthz", self._alive), Route("/readyz", self._ready)]

    async def _alive(self, _request: Request) -> JSONResponse:
        return JSONResponse({"alive": True}, headers=NEVER_KEPT)

    async def _ready(self, _request: Request) -> JSONResponse:
        failing = await self._failing_in_database() + ([] if self._worker_is_alive() else ["worker"])
        return JSONResponse({"ready": not failing, "failing": failing}, 503 if failing else 200, NEVER_KEPT)

    async def _failing_in_database(self) -> list[str]:
        if self._asked is None or self._asked.done():
            own = CapacityLimiter(1)  # of its own: files are sent by the threads of the common one
            self._asked = asyncio.create_task(to_thread.run_sync(failing_in_database, abandon_on_cancel=True, limiter=own))
        try:
            return await asyncio.wait_for(asyncio.shield(self._asked), READY_SECONDS)
        except TimeoutError:
            return ["database"]
