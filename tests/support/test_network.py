"""No test leaves this machine."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from tests.support.network import is_local


def test_loopback_may_be_reached():
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()


@pytest.mark.parametrize("host", ["192.0.2.1", "10.0.0.1"])
def test_nothing_else_may(host):
    with closing(socket.socket()) as door, pytest.raises(pytest.fail.Exception, match="tests stay on this machine"):
        door.connect((host, 80))


def test_no_name_is_looked_up_elsewhere():
    with pytest.raises(pytest.fail.Exception, match="tests stay on this machine"):
        socket.getaddrinfo("example.org", 80)


def test_code_that_survives_a_broken_network_cannot_hide_it():
    with closing(socket.socket()) as door, pytest.raises(pytest.fail.Exception):
        connect_and_shrug(door)


def connect_and_shrug(door: socket.socket) -> None:
    try:
        door.connect(("192.0.2.1", 80))
    except Exception:  # noqa: BLE001 - what is tested
        return


LOCAL = ["127.0.0.1", "127.9.9.9", "::1", "localhost", "", None]
ELSEWHERE = ["0.0.0.0", "10.0.0.1", "fe80::1%eth0", "localhost.example.org"]


@pytest.mark.parametrize("host", LOCAL)
def test_what_counts_as_this_machine(host):
    assert is_local(host)


@pytest.mark.parametrize("host", ELSEWHERE)
def test_what_does_not(host):
    assert not is_local(host)
