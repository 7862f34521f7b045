"""Whoever's password, second factor, phone or mail changes hears of it, also where they were reached before."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from pathlib import Path
from shutil import copytree

import pyotp
import pytest

from followup.content.account_said import AccountChange, change_said
from followup.domain import windows
from followup.gateways.port import RefusalKind, Refused
from followup.gateways.simulated_faults import Fault
from followup.services.accounts import add_account, change_password
from followup.services.emergency_access import make_emergency_code, use_emergency_code
from followup.services.invite_staff import accept, invite, reset
from followup.services.own_account import begin_second_factor, confirm_second_factor, new_recovery_codes
from followup.services.passwords import Passwords
from followup.services.quiet import run_until_quiet
from followup.services.sign_in import (
    Attempt,
    Begun,
    Halfway,
    Limits,
    SignedIn,
    pass_code,
    pass_enrolment,
    sign_in,
    signed_in,
)
from followup.services.watch_schedules import Files, Outcome, take_edit
from tests.support.clinic import CHICAGO, ROOT, SUNDAY, Clinic, Person

PASSWORD = "four plain words together"
OTHER = "another four plain words"
CHEAP = Passwords(passes=1, memory_kib=64)
NOW = windows.instant_of(SUNDAY, time(9), CHICAGO)


def _account(clinic: Clinic, person: str = "kay", password: str = PASSWORD) -> None:
    add_account(
        clinic.context, clinic="prairie", person=person, password=password, passwords=CHEAP, now=NOW, actor="test"
    )
    run_until_quiet(clinic.context)


def _signs_in(clinic: Clinic) -> Begun | Halfway:
    attempt = Attempt(person="kay", password=PASSWORD, address="203.0.113.7")
    outcome = sign_in(clinic.context, attempt, passwords=CHEAP, now=NOW, limits=Limits(), second_factor=True)
    assert isinstance(outcome, Begun | Halfway)
    return outcome


def _enrols(clinic: Clinic, token: str) -> tuple[SignedIn, str, tuple[str, ...]]:
    with clinic.store.read() as uow:
        account = uow.accounts.by_person("kay")
        assert account is not None
        factor = uow.second_factors.pending(account.id)
    assert factor is not None
    outcome = pass_enrolment(
        clinic.context, token, pyotp.TOTP(factor.seed).at(NOW), own_device=None, now=NOW, limits=Limits()
    )
    assert isinstance(outcome, tuple)
    begun, codes = outcome
    who = signed_in(clinic.context, begun.token, now=NOW, limits=Limits())
    assert who is not None
    run_until_quiet(clinic.context)
    return who, begun.token, codes


def test_the_first_password_is_no_news_and_every_other_one_is(clinic: Clinic) -> None:
    kay = clinic.staff["kay"]
    _account(clinic)
    kay.expects_nothing()
    _account(clinic, password=OTHER)
    mail = kay.expects_mail("your staff account", "your password was changed", "If it was not")
    assert "http" not in mail, "a mail with a link to press is what a thief would send"
    kay.expects_nothing()
    with clinic.store.read() as uow:
        account = uow.accounts.by_person("kay")
    assert account is not None
    change_password(clinic.context, account=account.id, old=OTHER, new=PASSWORD, keep=None, passwords=CHEAP, now=NOW)
    run_until_quiet(clinic.context)
    kay.expects_mail("your password was changed")


def test_a_phone_for_codes_and_codes_on_paper_are_news(clinic: Clinic) -> None:
    kay = clinic.staff["kay"]
    _account(clinic)
    who, token, _codes = _enrols(clinic, _signs_in(clinic).token)
    kay.expects_mail("a phone was set up for your sign-in codes")
    codes = new_recovery_codes(clinic.context, who, password=PASSWORD, passwords=CHEAP, now=NOW)
    run_until_quiet(clinic.context)
    kay.expects_mail("new codes on paper")
    begin_second_factor(clinic.context, who, password=PASSWORD, passwords=CHEAP, now=NOW)
    with clinic.store.read() as uow:
        other = uow.second_factors.pending(who.account)
    assert other is not None
    confirm_second_factor(clinic.context, who, pyotp.TOTP(other.seed).at(NOW), keep=token, now=NOW)
    run_until_quiet(clinic.context)
    kay.expects_mail("a phone was set up")
    assert codes


def test_signing_in_with_paper_is_news_and_with_the_phone_is_not(clinic: Clinic) -> None:
    kay = clinic.staff["kay"]
    _account(clinic)
    _who, _token, codes = _enrols(clinic, _signs_in(clinic).token)
    kay.expects_mail("a phone was set up")
    waiting = _signs_in(clinic)
    assert isinstance(
        pass_code(clinic.context, waiting.token, codes[0], own_device=None, now=NOW, limits=Limits()), Begun
    )
    run_until_quiet(clinic.context)
    kay.expects_mail("somebody signed in as you with a code on paper")


def test_a_reset_and_the_sealed_envelope_are_told_by_mail_and_text(clinic: Clinic) -> None:
    """Others do these, in place of what the person has."""
    kay = clinic.staff["kay"]
    _account(clinic)
    code = make_emergency_code(clinic.context, clinic="prairie", now=NOW, actor="test")
    use_emergency_code(clinic.context, person="kay", code=code, address="203.0.113.7", now=NOW)
    run_until_quiet(clinic.context)
    assert any("code of the sealed envelope" in text for text in kay.texts())
    assert any("code of the sealed envelope" in mail for mail in kay.mails())
    clinic.staff_close_everything()
    for person in clinic.staff.values():
        person.has_read()
    invited = reset(clinic.context, person="kay", by_mail=False, now=NOW, actor="test")
    run_until_quiet(clinic.context)
    kay.expects_mail("your password and codes were reset")
    kay.expects_sms("your password and codes were reset")
    accept(
        clinic.context,
        invited.path.rsplit("/", 1)[1],
        OTHER,
        passwords=CHEAP,
        now=NOW,
        limits=Limits(),
        second_factor=True,
    )
    run_until_quiet(clinic.context)
    kay.expects_mail("your password was changed")


def test_a_new_nurse_hears_once_that_a_phone_was_set_up(clinic: Clinic) -> None:
    """Not that the account which she has just made was made."""
    kay = clinic.staff["kay"]
    link = invite(clinic.context, person="kay", clinic="prairie", role=None, by_mail=False, now=NOW, actor="test").path
    begun = accept(
        clinic.context,
        link.rsplit("/", 1)[1],
        PASSWORD,
        passwords=CHEAP,
        now=NOW,
        limits=Limits(),
        second_factor=True,
    )
    assert isinstance(begun, Halfway)
    _enrols(clinic, begun.token)
    kay.expects_mail("a phone was set up for your sign-in codes")


# --- the file says another number ----------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """The shipped files in a folder of their own."""
    copytree(ROOT / "templates", tmp_path / "templates")
    schedules = tmp_path / "schedules.yaml"
    schedules.write_text((ROOT / "schedules.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    return Files(schedules=schedules, templates=tmp_path / "templates")


def _edit(clinic: Clinic, files: Files, old: str, new: str) -> None:
    text = files.schedules.read_text(encoding="utf-8")
    assert old in text
    files.schedules.write_text(text.replace(old, new), encoding="utf-8")
    judged = take_edit(clinic.store, clinic.context.content, files, clock=clinic.clock)
    assert judged.outcome is Outcome.PUBLISHED, judged
    run_until_quiet(clinic.context)


def test_another_phone_is_told_to_the_old_one_the_new_one_and_by_mail(clinic: Clinic, files: Files) -> None:
    kay = clinic.staff["kay"]
    _account(clinic)
    _edit(clinic, files, "+13125550161", "+13125550199")
    kay.expects_sms("the phone number on file for you was changed")
    kay.expects_mail("the phone number on file for you was changed")
    new_phone = Person(clinic=clinic, name="Kay's new phone", number="+13125550199")
    assert "the phone number on file" in new_phone.expects_sms("staff account")
    # Told once: the next edit has nothing about her.
    _edit(clinic, files, "+13125550162", "+13125550198")
    kay.expects_nothing()
    assert clinic.staff["sam"].texts() == [], "Sam has no account that anybody could get at"


def test_another_mail_is_told_at_the_old_address_and_by_text(clinic: Clinic, files: Files) -> None:
    kay = clinic.staff["kay"]
    _account(clinic)
    _edit(clinic, files, "kay.miller@prairie", "kay.m@prairie")
    kay.expects_mail("the mail address on file for you was changed")
    kay.expects_sms("the mail address on file for you was changed")
    assert len(clinic.provider.mailbox("kay.m@prairie.example.org")) == 1


def test_an_old_phone_that_is_dead_raises_nothing(clinic: Clinic, files: Files) -> None:
    """Only that it changed was to be told there."""
    _account(clinic)
    gone = Refused(kind=RefusalKind.PERMANENT, code="21211", reason="no such number")
    clinic.provider.faults.add(Fault(outcome=gone, to="+13125550161"), times=None)
    _edit(clinic, files, "+13125550161", "+13125550199")
    kay = clinic.staff["kay"]
    kay.expects_mail("the phone number on file for you was changed")
    kay.expects_nothing()
    assert clinic.alerts() == ()


def test_templates_that_lack_the_text_stop_no_change(clinic: Clinic) -> None:
    """A clinic that runs on texts of an earlier release can still change a password."""
    _account(clinic)
    published = clinic.context.content.current()
    texts = {one: text for one, text in published.content.catalogue.templates.items() if one.key != "STAFF_ACCOUNT"}
    catalogue = replace(published.content.catalogue, templates=texts)
    old = replace(published, content=replace(published.content, catalogue=catalogue))

    class Earlier:
        def current(self) -> object:
            return old

        def version(self, number: int) -> object:
            return old.content

    clinic.context = replace(clinic.context, content=Earlier())  # type: ignore[arg-type]
    _account(clinic, password=OTHER)
    clinic.staff["kay"].expects_nothing()


@pytest.mark.parametrize("language", ["en", "es", "xx"])
def test_every_change_has_words(language: str) -> None:
    said = [change_said(change, language) for change in AccountChange]
    assert len(set(said)) == len(AccountChange)
    assert all(words[0].islower() and words[-1] != "." for words in said)
