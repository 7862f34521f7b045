"""No test reaches beyond this machine: an audit hook ends the test that tries. Installed by tests/conftest.py."""

from __future__ import annotations

import ipaddress
import sys
from typing import Any

import pytest

_LOCAL_NAMES = {"localhost", "localhost.localdomain", "ip6-localhost"}


def forbid_network() -> None:
    """From now on, connecting, sending or looking up a name beyond loopback fails the test at hand.

    The failure is no `Exception`, so that code which survives a broken network cannot hide it.
    """
    sys.addaudithook(_watch)


def is_local(host: object) -> bool:
    """Whether talking to `host` stays on this machine."""
    if host is None or host == "":
        return True
    name = host.decode("idna") if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return name.lower() in _LOCAL_NAMES


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        if isinstance(address, tuple) and not is_local(address[0]):
            _refuse(address[0])
    elif event == "socket.getaddrinfo" and not (is_local(arguments[0]) or _is_address(arguments[0])):
        _refuse(arguments[0])


def _is_address(host: object) -> bool:
    try:
        ipaddress.ip_address(str(host))
    except ValueError:
        return False
    return True


def _refuse(host: object) -> None:
    pytest.fail(f"A test tried to reach {host!r}: tests stay on this machine. Use a stand-in on loopback.")
