"""How the board speaks to a machine outside: which of a name's addresses it may be, and how long it may take.

Whoever keeps channels makes the server speak to a machine of his choice, and must not get further by it than he is: never to the server
itself nor to what only a machine's own network answers. A name is looked up once (:func:`reached`) and the address that was looked at is
the one that is spoken to: what the name means a moment later leads nobody anywhere.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address, IPv6Address, ip_address

PATIENCE_SECONDS = 15.0
"""With one step of a conversation."""
LONGEST_SECONDS = 120.0
"""With all of it, however the other side spreads what it says; well inside the lease of a claim (``data_access.notices.LEASE``)."""
LONGEST_ANSWER = 64 * 1024
LOCAL = "BOARD_NOTICES_LOCAL"
"""``on``: a gateway on the board's own machine may be a channel."""

Watch = Callable[[socket.socket], None]
"""Takes a connection that is to end in time."""
KEY_HEADER = "Idempotency-Key"


class ChannelError(Exception):
    """The letter has not arrived; the text (Chinese) says why and holds nothing of what opens the channel."""


class UnknownHost(ChannelError):
    """No name server here knows it."""


def reached(host: str) -> list[str]:
    """The addresses of a host that a channel may lead to.

    Raises :class:`ChannelError` where one of them is the board's own machine, or what answers on its own network alone (169.254.169.254 of
    a cloud): a name that means both is made to deceive."""
    try:
        found = list(dict.fromkeys(str(each[4][0]) for each in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)))
    except (OSError, UnicodeError):
        raise UnknownHost("连不上(没有这个主机)") from None
    if os.environ.get(LOCAL, "").lower() != "on" and any(_is_near(ip_address(each.partition("%")[0])) or _is_own(each) for each in found):
        raise ChannelError("通道地址是看板自己的机器或保留地址,不能作为通道")
    return found


def reached_by_proxy(host: str) -> list[str]:
    """The host by its name, where no address of it that is known here is near. The proxy looks the name up itself."""
    with suppress(UnknownHost):
        reached(host)
    return [host]


def _is_near(ip: IPv4Address | IPv6Address) -> bool:
    within = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None) or ip
    return any(
        each.is_loopback or each.is_link_local or each.is_unspecified or each.is_multicast or each.is_reserved for each in (ip, within)
    )


def _is_own(address: str) -> bool:
    """Whether the county's network knows this machine by it: what a firewall keeps from others is open there to the machine itself. The
    system answers itself from the address that it is asked at; nothing is sent."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect((address, 9))
        except OSError:  # no way leads there
            return False
        return str(asking.getsockname()[0]) == address


@contextmanager
def ending_in_time() -> Iterator[Watch]:
    """Connections that are watched in here are cut when it has taken :data:`LONGEST_SECONDS`: each step has its own patience, so that one
    sign every ten seconds would hold up all other notices for days."""
    watched: list[socket.socket] = []

    def cut() -> None:
        for each in watched:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(LONGEST_SECONDS, cut)
    timer.daemon = True
    timer.start()
    try:
        yield lambda connection: watched.append(connection.dup())  # of its own, because TLS takes the other one over
    finally:
        timer.cancel()
        for each in watched:
            each.close()
