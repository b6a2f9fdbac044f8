"""``/sign-in``: where a browser gets the cookie of a sign-in (POST, with a ticket) and is rid of one that opens nothing (DELETE)."""

from __future__ import annotations

from datetime import datetime

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from data_access import sessions, tickets
from data_access.clock import beijing_now
from data_access.engine import DATABASE_AWAY, engine
from pages.common import cookie
from pages.common.live_sessions import stands

LONGEST_TICKET = 100
NEVER_KEPT = {"cache-control": "no-store"}


def address() -> str:
    return "/".join(["", *filter(None, [st.get_option("server.baseUrlPath").strip("/")]), "sign-in"])


def routes() -> list[Route]:
    """Under whatever path the board is served: while the routes are made, no setting is known yet."""
    return [Route("/{under:path}sign-in", _entered, methods=["POST"]), Route("/{under:path}sign-in", _left, methods=["DELETE"])]


async def _entered(request: Request) -> Response:
    ticket = bytearray()
    async for part in request.stream():
        ticket += part
        if len(ticket) > LONGEST_TICKET:
            return Response(status_code=413, headers=NEVER_KEPT)
    return await run_in_threadpool(_answer_to, ticket.decode("ascii", "replace"), request.url.scheme == "https")


def _answer_to(ticket: str, over_tls: bool) -> Response:
    now = beijing_now()
    try:
        token = _redeemed(ticket, now)
        if token is None:
            return Response(status_code=403, headers=NEVER_KEPT)
        with engine().connect() as connection:
            account = sessions.standing(connection, token, now).account
        key = cookie.signing_key()
    except DATABASE_AWAY:
        return Response(status_code=503, headers=NEVER_KEPT)
    if account is None:
        return Response(status_code=403, headers=NEVER_KEPT)
    response, seconds = Response(status_code=204, headers=NEVER_KEPT), sessions.lifetime(account).total_seconds()
    cookie.remember(response, cookie.signed(account.username, token, seconds, key), seconds, over_tls=over_tls)
    return response


def _redeemed(ticket: str, now: datetime) -> str | None:
    """Looked for first: what is no ticket waits for nobody who writes."""
    with engine().connect() as connection:
        if not tickets.is_issued(connection, ticket):
            return None
    with engine().begin() as connection:
        return tickets.redeem_ticket(connection, ticket, now)


async def _left(request: Request) -> Response:
    return await run_in_threadpool(_answer_to_leaver, cookie.claimed_token(request), request.url.scheme == "https")


def _answer_to_leaver(token: str | None, over_tls: bool) -> Response:
    """Another tab may have signed in meanwhile: its cookie stays."""
    response = Response(status_code=204, headers=NEVER_KEPT)
    try:
        if token is None or not stands(token):
            cookie.forget(response, over_tls=over_tls)
    except DATABASE_AWAY:
        return Response(status_code=503, headers=NEVER_KEPT)
    return response
