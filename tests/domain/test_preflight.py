"""Who of those that may be called in the next 14 days cannot be reached, and which hours have nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from followup.domain.people import Channel
from followup.domain.preflight import FindingKind, Ways, preflight
from followup.domain.schedule import Configuration, Override, Step, Target, TargetKind, Way
from followup.domain.schedule_check import contacts
from tests.domain.samples import CONFIGURATION, utc

NOW = utc("2026-11-22T09:00:00-06:00")
CLINIC = CONFIGURATION.clinics["prairie"]
BOTH = Ways(running=frozenset({Channel.SMS, Channel.EMAIL}))
WITH_VOICE = Ways(running=frozenset(Channel))


def with_person(key: str, **changes: Any) -> Configuration:
    return replace(CONFIGURATION, staff={**CONFIGURATION.staff, key: replace(CONFIGURATION.staff[key], **changes)})


def with_rota(**changes: Any) -> Configuration:
    return replace(CONFIGURATION, rotas={"nurses": replace(CONFIGURATION.rotas["nurses"], **changes)})


def by(*channels: Channel) -> Configuration:
    """The configuration in which every step tells by these channels."""
    chains = {
        key: replace(chain, steps=tuple(replace(step, channels=channels) for step in chain.steps))
        for key, chain in CONFIGURATION.chains.items()
    }
    return replace(CONFIGURATION, chains=chains)


CALLING = by(Channel.SMS, Channel.VOICE, Channel.EMAIL)
QUIET = by(Channel.SMS, Channel.EMAIL)


def found(configuration: Configuration, ways: Ways = BOTH) -> list[tuple[FindingKind, str | None]]:
    return [(one.kind, one.person or one.rota) for one in preflight(configuration, CLINIC, ways, NOW)]


def test_the_shipped_clinic_reaches_everybody():
    assert found(CONFIGURATION) == []
    assert found(CONFIGURATION, WITH_VOICE) == []


@pytest.mark.parametrize(
    ("configuration", "ways", "expected"),
    [
        (with_person("sam", email=None), BOTH, [(FindingKind.ONE_WAY, "sam")]),
        # A text and a call hang on the same phone: together they are one way.
        (with_person("sam", email=None), WITH_VOICE, [(FindingKind.ONE_WAY, "sam")]),
        (with_person("sam", phone=None), BOTH, [(FindingKind.NOT_WAKING, "sam")]),
        (with_person("sam", phone=None, email=None), BOTH, [(FindingKind.UNREACHABLE, "sam")]),
        (with_person("lee", phone=None), BOTH, [(FindingKind.NOT_WAKING, "lee")]),  # named in the chains
        (with_person("robin", phone=None), BOTH, [(FindingKind.NOT_WAKING, "robin")]),
        (CONFIGURATION, replace(BOTH, broken={("kay", Channel.SMS): "stopped"}), [(FindingKind.NOT_WAKING, "kay")]),
        # A call still wakes, where the chains make one.
        (CALLING, replace(WITH_VOICE, broken={("kay", Channel.SMS): "stopped"}), [(FindingKind.BROKEN, "kay")]),
        # A channel that no chain uses is no way.
        (QUIET, replace(WITH_VOICE, broken={("kay", Channel.SMS): "stopped"}), [(FindingKind.NOT_WAKING, "kay")]),
        (CONFIGURATION, replace(BOTH, broken={("kay", Channel.EMAIL): "bounced"}), [(FindingKind.ONE_WAY, "kay")]),
        (
            CONFIGURATION,
            replace(BOTH, broken={("kay", Channel.EMAIL): "bounced", ("kay", Channel.SMS): "stopped"}),
            [(FindingKind.UNREACHABLE, "kay")],
        ),
        (
            CONFIGURATION,
            Ways(running=frozenset({Channel.EMAIL})),
            [(FindingKind.NOT_WAKING, one) for one in ("kay", "sam", "lee", "robin")],
        ),
    ],
)
def test_two_ways_of_which_one_wakes(configuration, ways, expected):
    assert sorted(found(configuration, ways), key=str) == sorted(expected, key=str)


def test_a_finding_says_who_when_why_and_what_to_do():
    broken = {("sam", Channel.SMS): "texts from us were stopped on that phone"}
    (one,) = preflight(CONFIGURATION, CLINIC, replace(BOTH, broken=broken), NOW)
    assert one.message == (
        "Sam Ortiz, on duty in nurses from Sun 22 Nov 07:00 to Mon 23 Nov 07:00, can be reached by mail alone, "
        "which wakes nobody (texts from us were stopped on that phone)"
    )
    assert "START" in one.remedy
    assert (one.rota, one.start, one.end) == (
        "nurses",
        utc("2026-11-22T07:00:00-06:00"),
        utc("2026-11-23T07:00:00-06:00"),
    )


def test_hours_with_nobody_are_named_to_the_minute_and_first():
    leave = Override(start=NOW + timedelta(hours=1), end=NOW + timedelta(hours=3, minutes=15), person="alex")
    configuration = replace(with_rota(overrides=(leave,)), staff=with_person("kay", email=None).staff)
    gap, one_way = preflight(configuration, CLINIC, BOTH, NOW)
    assert gap.message == "nobody is on duty in nurses from Sun 22 Nov 10:00 to Sun 22 Nov 12:15"
    assert (gap.kind, gap.grave, gap.start, gap.end) == (FindingKind.NOBODY, True, leave.start, leave.end)
    assert "followup rota cover" in gap.remedy
    assert (one_way.kind, one_way.grave) == (FindingKind.ONE_WAY, False)


def test_whoever_left_is_named_while_a_chain_names_them():
    left = with_rota(absent=frozenset({"lee"}))
    kinds = found(left)
    assert set(kinds) == {(FindingKind.GONE, "lee")}


def test_whoever_left_leaves_hours_with_nobody():
    kinds = found(with_rota(absent=frozenset({"sam"})))
    assert kinds == [(FindingKind.NOBODY, "nurses")] * 8  # today's rest and every second day after it


def test_hours_further_ahead_than_14_days_are_for_later():
    leave = Override(start=NOW + timedelta(days=14), end=NOW + timedelta(days=15), person="alex")
    assert found(with_rota(overrides=(leave,))) == []


def test_only_the_people_of_the_clinics_own_chains_count():
    other = replace(CONFIGURATION.staff["kay"], key="pat", name="Pat", phone=None, email=None)
    assert found(replace(CONFIGURATION, staff={**CONFIGURATION.staff, "pat": other})) == []


# --- the check of the file -----------------------------------------------------------------------------

MINUTES = {number: timedelta(minutes=number) for number in range(31)}


def way(channel: Channel, minutes: int = 0) -> Way:
    return Way(channel=channel, after=MINUTES[minutes])


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        ((way(Channel.SMS), way(Channel.EMAIL, 2)), []),
        ((way(Channel.SMS, 1),), ["the first way comes at once"]),
        ((way(Channel.SMS), way(Channel.SMS, 2)), ["by sms twice"]),
        (
            (way(Channel.SMS), way(Channel.VOICE, 4), way(Channel.EMAIL, 2)),
            ["email would come before the way above it"],
        ),
        ((way(Channel.SMS), way(Channel.EMAIL, 5)), ["moves on 5 min after this step"]),  # oncall#934
        ((way(Channel.SMS), way(Channel.EMAIL, 4)), []),
        ((way(Channel.SMS), way(Channel.VOICE, 30)), []),  # no step calls anybody
    ],
)
def test_oncall_934_a_persons_own_order_is_checked_against_the_chain(contact, said):
    quiet = replace(CONFIGURATION, chains={"emergency": _by_text_and_mail()})
    staff = {**quiet.staff, "sam": replace(quiet.staff["sam"], contact=contact)}
    told = [one.message for one in contacts.check(replace(quiet, staff=staff))]
    assert len({line.split(",")[0] for line in told}) == len(said)
    assert all(fragment in told[0] for fragment in said)


def _by_text_and_mail():
    steps = tuple(
        Step(
            after=MINUTES[after],
            targets=(Target(kind=TargetKind.ON_DUTY, name="nurses"),),
            channels=(Channel.SMS, Channel.EMAIL),
        )
        for after in (0, 5)
    )
    return replace(CONFIGURATION.chains["emergency"], steps=steps)


def test_a_way_without_an_address_is_a_mistake():
    staff = {
        **CONFIGURATION.staff,
        "sam": replace(CONFIGURATION.staff["sam"], email=None, contact=(way(Channel.EMAIL),)),
    }
    (one,) = contacts.check(replace(CONFIGURATION, staff=staff))
    assert (one.path, one.warning) == (("staff", "sam", "contact", 0), False)
    assert "has no e-mail address" in one.message


def test_a_person_for_holidays_that_there_are_not():
    (one,) = contacts.check(with_rota(holiday_person="lee", holidays=frozenset()))
    assert (one.path, one.warning) == (("rotas", "nurses", "holidays"), True)
