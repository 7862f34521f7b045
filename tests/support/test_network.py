"""No test leaves this machine."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from tests.support.network import is_local


def test_loopback_may_be_reached():
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()


@pytest.mark.parametrize("host", ["192.0.2.1", "example.org"])
def test_nothing_else_may(host):
    with pytest.raises(pytest.fail.Exception, match="tests stay on this machine"):
        socket.create_connection((host, 80), timeout=5)


def test_code_that_survives_a_broken_network_cannot_hide_it():
    with pytest.raises(pytest.fail.Exception):
        connect_and_shrug()


def connect_and_shrug() -> None:
    try:
        socket.create_connection(("192.0.2.1", 80), timeout=5)
    except Exception:  # noqa: BLE001 - what is tested
        return


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("", True), (None, True)]
    + [("0.0.0.0", False), ("10.0.0.1", False), ("fe80::1%eth0", False), ("localhost.example.org", False)],
)
def test_what_counts_as_this_machine(host, local):
    assert is_local(host) is local
