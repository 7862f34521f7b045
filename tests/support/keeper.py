"""Runs one PostgreSQL server for as long as a test run lives; started as a script by tests/support/postgres.py.

The run holds the writing end of a named pipe. However it ends, also by a kill, the pipe then reads as closed, and the
keeper stops the server and removes its files. Nothing has to be cleaned up by hand, and nothing is polled.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

# Durability is switched off since no test outlives a crash of the server. The odd zone shows whoever trusts the
# session's zone.
SERVER_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "timezone": "Pacific/Chatham",
}


class _AsUser(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where a server's programs and files are, and as whom they run (PostgreSQL refuses the superuser)."""

    programs: Path
    directory: Path
    as_user: _AsUser

    @property
    def data(self) -> Path:
        return self.directory / "data"

    def start(self) -> None:
        """Make the database cluster and the server; returns when it takes connections."""
        self._run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync", "--locale=C")
        settings = SERVER_SETTINGS | {"unix_socket_directories": str(self.directory)}
        with (self.data / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        self._run("pg_ctl", "start", "--wait", f"--log={self.directory / 'log'}")

    def stop(self) -> None:
        """Stop the server at once; fine when there is none."""
        self._run("pg_ctl", "stop", "--mode=immediate", "--wait", check=False)

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        subprocess.run(
            [self.programs / program, f"--pgdata={self.data}", *arguments],
            check=check,
            cwd=self.directory,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            **self.as_user,
        )


def keep(run: Path, programs: Path) -> None:
    """Start a server under `run`, tell the waiting parent, and stop the server when the run has ended."""
    lock = os.open(run / "keeper.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)  # freed when this process ends: the run waits for that
    alive = os.open(run / "alive", os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(alive, True)
    told, tell = os.pipe()
    if os.fork():
        os.close(tell)
        sys.exit(0 if os.read(told, 1) else 1)
    os.setsid()
    with _server(run, programs):
        os.write(tell, b"+")
        _let_go_of_the_terminal()
        os.read(alive, 1)
    shutil.rmtree(run, ignore_errors=True)  # the run does so too, unless it was killed


@contextmanager
def _server(run: Path, programs: Path) -> Iterator[None]:
    as_user = _unprivileged()
    directory = run / "postgres"
    directory.mkdir(mode=0o700)
    if as_user:
        os.chown(directory, as_user["user"], as_user["group"])
        programs = _reachable(programs, run, as_user)
    server = Server(programs=programs, directory=directory, as_user=as_user)
    try:
        server.start()
        yield
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)


def _unprivileged() -> _AsUser:
    """Someone else to run as when this is the superuser."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _reachable(programs: Path, run: Path, as_user: _AsUser) -> Path:
    """The programs where that user can run them: a copy when they lie under somebody's private folder."""
    try:
        subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, cwd="/", **as_user)
    except (PermissionError, subprocess.CalledProcessError):
        package, copy = programs.parents[1], run / "programs"
        shutil.copytree(programs.parent, copy / package.name / programs.parent.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")  # looked for beside the package
        if libraries.is_dir():
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", copy], check=True)
        return copy / package.name / programs.parent.name / programs.name
    return programs


def _let_go_of_the_terminal() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)


if __name__ == "__main__":
    keep(Path(sys.argv[1]), Path(sys.argv[2]))
