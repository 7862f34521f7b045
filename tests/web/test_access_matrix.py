"""Every route by every role, by nobody, and by somebody of another clinic: the table of routes itself is walked.

A new route is walked without being named here. It fails where it is made without `site.staff` or `site.staff_form`,
where it is open to everybody and not in PUBLIC, where a viewer may send its form and it is not in READING, or where
it names an object of which this test does not know an example.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from starlette.routing import Route
from starlette.testclient import TestClient

from followup.domain.access import Role
from followup.web.app import create_app
from tests.web.conftest import Web, build, form_token
from tests.web.test_doors import HEADERS

#: Pages and forms of staff that need no sign-in. Each was thought about; add none without.
PUBLIC = {
    "/staff/sign-in",
    "/staff/sign-in/code",
    "/staff/second-factor",
    "/staff/invitation/{token}",
    "/staff/sign-out",
    "/staff/emergency-access",
    "/a/{token}",
    "/t/{token}",
    "/staff/rota/{person}.ics",  # its address is signed
}
#: Forms that a viewer may send: they only read, or change nothing but their own account.
READING = {
    "/staff/patients",
    "/staff/account/password",
    "/staff/account/second-factor",
    "/staff/account/recovery-codes",
    "/staff/account/sign-out-elsewhere",
    "/staff/account/devices/{id}/forget",
    "/staff/account/clinic",
}
#: What a GET may write: that somebody read, and when a session was last used.
WRITTEN_BY_READING = {"audit", "sessions", "facts", "leases", "job_beats"}
PEOPLE = {Role.VIEWER: "robin", Role.NURSE: "kay", Role.LEAD: "lee", Role.ADMIN: "sam"}


@dataclass(frozen=True, slots=True)
class Way:
    """One route by one method; `needs` is None where everybody may."""

    method: str
    path: str
    needs: Role | None
    made_by_site: bool


@dataclass
class World:
    """An application with an alert, a patient and their like at one clinic; and the browsers of people."""

    web: Web
    database: str
    objects: dict[str, str]
    others: dict[str, str]
    browsers: dict[str, TestClient]

    def address(self, path: str) -> str:
        """The path with what belongs to the clinic in place of its parameters."""

        def example(found: re.Match[str]) -> str:
            if found[1] in self.others:
                return self.others[found[1]]
            known = [one for prefix, one in self.objects.items() if path.startswith(prefix)]
            assert known, f"{path} names an object; give this test an example of one (World.objects)"
            return known[0]

        return re.sub(r"\{([^}]*)\}", example, path)

    def rows(self) -> dict[str, list[str]]:
        """Everything in the database, table by table."""
        engine = create_engine(self.database)
        with engine.connect() as connection:
            names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
            found = {
                name: sorted(repr(tuple(row)) for row in connection.execute(text(f'SELECT * FROM "{name}"')))
                for name in names
                if name not in WRITTEN_BY_READING
            }
        engine.dispose()
        return found


def ways(web: Web) -> list[Way]:
    """Every route of the pages of staff and of links."""
    found = []
    for route in create_app(web.deps).routes:
        if isinstance(route, Route) and route.path.startswith(("/staff", "/a/", "/t/")):
            declared = hasattr(route.endpoint, "needs")
            needs = getattr(route.endpoint, "needs", None)
            methods = sorted((route.methods or set()) - {"HEAD"})
            found += [Way(method, route.path, needs, declared) for method in methods]
    return found


@pytest.fixture(scope="module")
def world(migrated_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Shared by the walks; each looks at what it changed, and nothing may have."""
    file = tmp_path_factory.mktemp("matrix") / "matrix.sqlite"
    file.write_bytes(migrated_sqlite_template.read_bytes())
    web = build(f"sqlite:///{file}")
    alert = web.emergency()
    patient = web.ann().record.id
    web.clinic.stranger().replies("who is this?")
    with web.clinic.store.read() as uow:
        unknown = next(one.id for one in uow.alerts.list("open") if one.sender is not None)
    for role, person in PEOPLE.items():
        web.account(person, role)
    with web.clinic.store.read() as uow:
        stranger = uow.accounts.by_person("robin")
        assert stranger is not None
        device = uow.devices.of_account(stranger.id)[0].id
        check_in = next(one.id for one in uow.check_ins.of_patient(patient) if one.key == "C1")
    objects = {
        "/staff/alerts/": alert,
        "/staff/patients/": patient,
        "/staff/inbox/": unknown,
        "/staff/account/devices/": device,
        "/staff/lists/invite/": patient,
    }
    others = {"account": stranger.id, "token": "x", "person": "kay", "check_in": check_in}
    browsers = {person: web.signed_in(person) for person in PEOPLE.values()}
    yield World(web, f"sqlite:///{file}", objects, others, browsers)
    web.clinic.close()


def test_s11_every_route_says_whom_it_is_for(world: World) -> None:
    """Nothing is open that was not meant to be; nobody who only reads changes anything."""
    found = ways(world.web)
    assert [way for way in found if not way.made_by_site] == []
    assert {way.path for way in found if way.needs is None} == PUBLIC
    for_viewers = {way.path for way in found if way.method != "GET" and way.needs is Role.VIEWER}
    assert for_viewers <= READING


def test_s11_nobody_gets_in_without_a_sign_in(world: World) -> None:
    """Pages lead to the sign-in, forms too; nothing is changed."""
    before = world.rows()
    browser = world.web.browser()
    token = form_token(browser)
    for way in ways(world.web):
        if way.needs is not None:
            answer = browser.request(way.method, world.address(way.path), data={"form_token": token})
            assert answer.status_code == 303, way
            assert answer.headers["location"].startswith("/staff/sign-in"), way
    assert world.rows() == before


@pytest.mark.parametrize("role", [Role.VIEWER, Role.NURSE, Role.LEAD])
def test_s11_a_lower_role_is_refused(world: World, role: Role) -> None:
    """403 for each route that needs more, with a true form token, and nothing is changed."""
    before = world.rows()
    browser = world.browsers[PEOPLE[role]]
    token = form_token(browser, "/staff")
    above = [way for way in ways(world.web) if way.needs is not None and not role.may(way.needs)]
    for way in above:
        answer = browser.request(way.method, world.address(way.path), data={"form_token": token})
        assert answer.status_code == 403, way
    assert world.rows() == before
    assert above or role is not Role.VIEWER


@pytest.mark.parametrize("role", list(Role))
def test_s11_whoever_may_read_reads(world: World, role: Role) -> None:
    """Every page opens for the roles it is for."""
    browser = world.browsers[PEOPLE[role]]
    for way in ways(world.web):
        if way.method == "GET" and way.needs is not None and role.may(way.needs):
            assert browser.get(world.address(way.path)).status_code in {200, 204, 303}, way


def test_s11_what_belongs_to_another_clinic_is_not_there(world: World) -> None:
    """404 for each page and form that names an object, for an admin of another clinic; nothing is changed."""
    web = world.web
    with web.clinic.store.write() as uow:
        account = uow.accounts.by_person("sam")
        assert account is not None
        uow.roles.give(account.id, "elsewhere", Role.ADMIN, at=web.real_clock.now(), by="test")
        uow.commit()
    browser = web.signed_in("sam")
    token = form_token(browser, "/staff")
    assert browser.post("/staff/account/clinic", data={"form_token": token, "clinic": "elsewhere"}).status_code == 303
    before = world.rows()
    for way in ways(web):
        if way.needs is not None and "{" in way.path:
            fields = {"form_token": token, "outcome": "false_alarm", "minutes": "1", "text": "hello", "note": "x"}
            answer = browser.request(way.method, world.address(way.path), data=fields)
            assert answer.status_code in {403, 404}, way
    assert world.rows() == before


def test_s9_every_answer_has_the_headers(world: World) -> None:
    """Each page and form, whoever asks and whatever the answer; and no cookie that others could read or send."""
    admin, nobody = world.browsers[PEOPLE[Role.ADMIN]], world.web.browser()
    for way in ways(world.web):
        for browser in (admin, nobody):
            answer = browser.request(way.method, world.address(way.path))
            assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, way
            for cookie in answer.headers.get_list("set-cookie"):
                assert cookie.startswith("__Host-"), way
                assert {"httponly", "secure", "samesite=lax", "path=/"} <= set(cookie.lower().split("; ")), way


def test_s10_no_form_without_its_token(world: World) -> None:
    """Without one, and with that of somebody else: 403, whoever one is, and nothing is changed."""
    before = world.rows()
    browser = world.browsers[PEOPLE[Role.ADMIN]]
    others = form_token(world.browsers[PEOPLE[Role.NURSE]], "/staff")
    for way in ways(world.web):
        if way.method != "GET":
            for token in ("", others):
                answer = browser.request(way.method, world.address(way.path), data={"form_token": token})
                assert answer.status_code == 403, way
    assert world.rows() == before


def test_s10_reading_changes_nothing(world: World) -> None:
    """Every page, by GET and by HEAD: the database is the same, but for the trail and the time of the session."""
    browser = world.browsers[PEOPLE[Role.ADMIN]]
    before = world.rows()
    for way in ways(world.web):
        if way.method == "GET":
            for method in ("GET", "HEAD"):
                answer = browser.request(method, world.address(way.path))
                assert answer.status_code < 500, way
    assert world.rows() == before
