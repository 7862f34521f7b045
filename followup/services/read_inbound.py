"""Stored inbound -> read, decided, answered and alerted, all in one transaction; never lost when reading fails."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from followup.domain import coverage
from followup.domain import inbound as routing
from followup.domain.alert import Alert
from followup.domain.answering import Reader
from followup.domain.conversation import AGAIN_AT_MOST, LATE_FOR, Situation
from followup.domain.effects import BY_PROVIDER, Decision, RaiseConcern
from followup.domain.evidence import inputs_of, understood_as, words_level
from followup.domain.level import Level
from followup.domain.people import Channel, Patient
from followup.domain.plan import CheckIn
from followup.domain.reading import Asked, Reading, read
from followup.domain.reading.likeness import LEARNT
from followup.domain.received import Inbound, InboundState
from followup.domain.schedule import Configuration, Schedule, StaffMember
from followup.domain.staff_words import is_for_alerts, staff_command
from followup.domain.talking import beside_talk
from followup.domain.triage import Evidence, triage
from followup.services.apply import apply
from followup.services.context import Context, Published, clinic_of
from followup.services.courses import History, history_of, last_safety_text
from followup.services.human_chat import current
from followup.services.scene import Scene
from followup.storage.unit_of_work import UnitOfWork

_log = structlog.get_logger(__name__)

#: What could not be read by now is given to a person as if it were concerning.
UNREAD_AFTER = timedelta(seconds=10)
MOST_ATTEMPTS = 3
#: Our own texts of this long ago are recognised when a phone quotes them back.
QUOTED_FROM = timedelta(days=14)
#: How long a "1" is taken as the answer to an invitation.
INVITATION_STANDS = timedelta(days=7)
_LEASE = timedelta(seconds=30)
_ONE_WORD_KEYWORDS = frozenset({"stop", "start", "help"})


def read_pending(context: Context, limit: int = 20) -> int:
    """Read what waits, oldest first; returns how many were dealt with. One reader at a time in all processes."""
    now = context.clock.now()
    with context.store.read() as uow:
        if not uow.inbound.pending(1):
            return 0
    with context.store.write(urgent=True) as uow:
        mine = uow.leases.take("read_inbound", context.worker, now, now + _LEASE)
        pending = uow.inbound.pending(limit) if mine else ()
        uow.commit()
    done = sum(_read_guarded(context, inbound) for inbound in pending)
    if mine:
        with context.store.write() as uow:
            uow.leases.release("read_inbound", context.worker)
            uow.commit()
    return done


def _read_guarded(context: Context, inbound: Inbound) -> bool:
    try:
        _read_one(context, inbound)
    except Exception as error:  # noqa: BLE001 - whatever went wrong, the text goes to a person
        _log.error("inbound.unread", inbound=inbound.id, error=type(error).__name__)
        return _note_failure(context, inbound)
    return True


def _note_failure(context: Context, seen: Inbound) -> bool:
    """Count the try; after some tries or seconds hand the text to a person. True when it was handed over."""
    now = context.clock.now()
    with context.store.write(urgent=True) as uow:
        inbound = uow.inbound.get(seen.id)
        if inbound is None or inbound.state is not InboundState.RECEIVED:
            return True
        attempts = inbound.attempts + 1
        given_up = attempts >= MOST_ATTEMPTS or now - inbound.received_at >= UNREAD_AFTER
        state = InboundState.FAILED if given_up else InboundState.RECEIVED
        uow.inbound.update(replace(inbound, attempts=attempts, state=state, read_at=now if given_up else None))
        if given_up:
            scene = _scene(context, uow, inbound, context.content.current(), now)
            concern = routing.unread(scene.published.content.configuration)
            apply(scene, Decision(kind="unread", level=concern.triage.level, effects=(concern,)))
        uow.commit()
    return given_up


def _read_one(context: Context, seen: Inbound) -> None:
    now = context.clock.now()
    published = context.content.current()
    with context.store.write(urgent=True) as uow:
        inbound = uow.inbound.get(seen.id)
        if inbound is None or inbound.state is not InboundState.RECEIVED:
            return
        scene = _scene(context, uow, inbound, published, now)
        turn = _Turn(context=context, scene=scene)
        decision, scene = turn.decide()
        apply(scene, decision)
        uow.inbound.update(
            replace(
                inbound,
                state=InboundState.READ,
                read_at=now,
                patient=scene.patient.id if scene.patient else None,
                kind=decision.kind,
                reading=json.dumps(
                    {"kind": decision.kind, "level": decision.level.value, "language": decision.language}
                ),
                attempts=inbound.attempts + 1,
            )
        )
        uow.commit()


def _scene(context: Context, uow: UnitOfWork, inbound: Inbound, published: Published, now: datetime) -> Scene:
    configuration = published.content.configuration
    patients = uow.patients.by_address(inbound.clinic, inbound.channel, inbound.sender)
    return Scene(
        uow=uow,
        published=published,
        clinic=clinic_of(configuration, inbound.clinic),
        inbound=inbound,
        now=now,
        public_url=context.policy.public_url,
        patients=patients,
        patient=patients[0] if len(patients) == 1 else None,
        staff=_staff_of(configuration, inbound),
        words=inbound.body,
    )


def _staff_of(configuration: Configuration, inbound: Inbound) -> StaffMember | None:
    return next(
        (member for member in configuration.staff.values() if member.address(inbound.channel) == inbound.sender), None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """The decision about one inbound, with everything loaded that it needs."""

    context: Context
    scene: Scene

    def decide(self) -> tuple[Decision, Scene]:
        scene = self.scene
        if scene.staff is not None and (not scene.patients or is_for_alerts(staff_command(scene.inbound.body))):
            return self._for_staff(scene.staff), scene
        histories = [history_of(scene.uow, patient) for patient in scene.patients]
        whose = _whose(histories, [one for one in histories if current(scene.uow, one.patient.id, scene.now)])
        if whose is None:
            return self._for_stranger(), self._unfiled()
        others = tuple(patient.id for patient in scene.patients if patient.id != whose.patient.id)
        scene = replace(scene, patient=whose.patient, also=others)
        return self._for_patient(scene, whose), scene

    def _reader(self, about: str | None = None) -> Reader:
        scene = self.scene
        sent = scene.uow.messages.texts_to(scene.clinic.key, scene.inbound.sender, scene.now - QUOTED_FROM)

        def reader(asked: Asked) -> Reading:
            return read(scene.inbound.body, asked=asked, lexicon=self.context.lexicon, about=about, sent_texts=sent)

        return reader

    def _for_patient(self, scene: Scene, history: History) -> Decision:
        check_in = history.open_check_in
        latest = history.latest_ended
        configuration = self._configuration(scene, check_in or self._just_closed(latest))
        situation = Situation(
            clinic=scene.clinic,
            configuration=configuration,
            reach=coverage.reach(scene.clinic, scene.now),
            patient=history.patient,
            schedule=self._schedule(configuration, check_in or latest),
            course=history.course(check_in or latest),
            check_in=check_in,
            latest=latest,
            answers=history.answers_of(check_in or latest),
            unclosed=self._unclosed(patient=history.patient),
            last_safety_at=self._last_safety_at(history.patient),
            suppressed=self._suppressed(),
            confirmed=self._confirmed(),
            photo=bool(scene.inbound.media),
            invited=self._is_invited(history.patient),
            last_language=self._last_language(history.patient),
        )
        decision = routing.decide_for_patient(
            situation,
            self._reader(check_in.about if check_in else None),
            opt_out_type=scene.inbound.opt_out_type,
            provider_answered=self._provider_answered(),
            now=scene.now,
        )
        chat = current(scene.uow, history.patient.id, scene.now)
        if chat is None:
            return decision
        return beside_talk(decision, scene.published.content.configuration, read_along=chat.read_along(scene.now))

    def _just_closed(self, latest: CheckIn | None) -> CheckIn | None:
        """The check-in that a text may still be a late answer to: it is judged by the version that asked."""
        if latest is None or latest.closed_at is None or self.scene.now - latest.closed_at > LATE_FOR:
            return None
        return latest

    def _configuration(self, scene: Scene, check_in: CheckIn | None) -> Configuration:
        if check_in is None:
            return scene.published.content.configuration
        return self.context.content.version(check_in.schedule_version).configuration

    def _schedule(self, configuration: Configuration, check_in: CheckIn | None) -> Schedule | None:
        plan = self.scene.uow.plans.get(check_in.plan) if check_in else None
        return configuration.schedule(plan.schedule) if plan else None

    def _unclosed(self, *, patient: Patient | None) -> tuple[Alert, ...]:
        scene = self.scene
        if patient is not None:
            return scene.uow.alerts.unclosed_of(scene.clinic.key, patient=patient.id)
        return scene.uow.alerts.unclosed_of(scene.clinic.key, sender=scene.inbound.sender)

    def _last_safety_at(self, patient: Patient) -> datetime | None:
        last = last_safety_text(self.scene.uow.messages.of_patient(patient.id))
        return last.created_at if last else None

    def _suppressed(self) -> bool:
        scene = self.scene
        return scene.uow.suppressions.active(scene.clinic.key, Channel.SMS, scene.inbound.sender)

    def _confirmed(self) -> bool:
        """Whether the number was told that its texts have stopped, by us or by a provider that blocks it since."""
        uow, clinic, sender = self.scene.uow, self.scene.clinic.key, self.scene.inbound.sender
        opt_outs = uow.suppressions.history(clinic, Channel.SMS, sender)
        blocked = any(one.lifted_at is None and one.began_by == BY_PROVIDER for one in opt_outs)
        return blocked or uow.messages.confirmation_sent(clinic, sender)

    def _is_invited(self, patient: Patient) -> bool:
        """Whether the patient was asked to agree to texts some days ago and has not agreed yet."""
        since = self.scene.now - INVITATION_STANDS
        return not patient.consent.sms and self.scene.uow.messages.any("OPTIN_ASK", patient.id, since)

    def _last_language(self, patient: Patient) -> str | None:
        """The language of the patient's text before this one, where its words made it clear."""
        before = [one for one in self.scene.uow.inbound.of_patient(patient.id) if one.reading is not None]
        if not before:
            return None
        language: str | None = json.loads(before[-1].reading or "{}").get("language")
        return language

    def _provider_answered(self) -> bool:
        """Whether this is a one-word keyword that the provider has answered by itself."""
        inbound = self.scene.inbound
        if inbound.opt_out_type:
            return True
        reading = read(inbound.body, asked=Asked.NONE, lexicon=self.context.lexicon)
        return self.context.policy.provider_answers_keywords and reading.keyword in _ONE_WORD_KEYWORDS

    def _reassured(self) -> bool:
        scene = self.scene
        since = scene.now - AGAIN_AT_MOST
        return scene.uow.messages.safety_since(scene.clinic.key, scene.inbound.sender, since) > 0

    def _for_stranger(self) -> Decision:
        scene = self.scene
        stranger = routing.Stranger(
            clinic=scene.clinic,
            configuration=scene.published.content.configuration,
            reach=coverage.reach(scene.clinic, scene.now),
            unclosed=self._unclosed(patient=None),
            also=tuple(patient.id for patient in scene.patients),
            suppressed=self._suppressed(),
            confirmed=self._confirmed(),
            held=any(patient.safe_contact_hold for patient in scene.patients),
            reassured=self._reassured(),
        )
        reader = self._reader()
        return routing.decide_for_stranger(
            stranger,
            reader(Asked.NONE),
            opt_out_type=scene.inbound.opt_out_type,
            provider_answered=self._provider_answered(),
        )

    def _unfiled(self) -> Scene:
        return replace(self.scene, patient=None, also=tuple(patient.id for patient in self.scene.patients))

    def _for_staff(self, member: StaffMember) -> Decision:
        """Danger in a text from a staff phone pages like any other; then its code or stop word is taken."""
        scene = self.scene
        reading = self._reader()(Asked.NONE)
        findings = tuple(finding for finding in reading.findings if finding.topic not in LEARNT)
        evidence = Evidence(findings=findings, read_level=words_level(replace(reading, findings=findings)))
        met = triage(evidence, scene.published.content.configuration.rules)
        effects = routing.route_staff(
            member.key,
            scene.inbound.body,
            reading,
            opt_out_type=scene.inbound.opt_out_type,
            provider_answered=self._provider_answered(),
        )
        if met.level is Level.EMERGENCY:
            concern = RaiseConcern(
                triage=met, understood=understood_as(evidence), inputs=inputs_of(evidence), again=True
            )
            effects = (concern, *effects)
        return Decision(kind="staff", level=met.level, effects=effects)


def _whose(histories: list[History], talked_with: list[History]) -> History | None:
    """Whose text it is: the only patient on the number, or the only one with an open check-in or talk; or nobody's."""
    if len(histories) == 1:
        return histories[0]
    waiting = [history for history in histories if history.open_check_in is not None or history in talked_with]
    return waiting[0] if len(waiting) == 1 else None
