"""What a text says about the patient themselves: status, contact, language, consent, a number that is not theirs."""

from __future__ import annotations

from dataclasses import replace

from followup.domain.effects import DoubtAnswers, GiveConsent, HoldContact, SetStatus, SwitchLanguage
from followup.domain.people import Channel, Patient
from followup.domain.schedule import EventKind
from followup.services.alerting import raise_event
from followup.services.scene import Scene

Report = SetStatus | HoldContact | SwitchLanguage | GiveConsent | DoubtAnswers


def change_patient(scene: Scene, report: Report) -> None:
    """Take a report up at once, inside the inbound's transaction; a person confirms or undoes it later."""
    patient = scene.uow.patients.get(report.patient)
    if patient is None:
        return
    changed, action = _changed(scene, patient, report)
    if changed != patient:
        scene.uow.patients.update(changed)
    scene.uow.audit.append(
        at=scene.now, actor=scene.actor, action=action, subject="patient", subject_id=patient.id, detail={}
    )


def _changed(scene: Scene, patient: Patient, report: Report) -> tuple[Patient, str]:
    match report:
        case SetStatus():
            status = replace(patient, status=report.status, status_until=None, status_reported=True)
            return status, "patient.status_reported"
        case HoldContact():
            return replace(patient, safe_contact_hold=True), "patient.contact_held"
        case SwitchLanguage():
            _tell_of_language(scene, patient, report.language)
            return replace(patient, language=report.language), "patient.language_switched"
        case GiveConsent():
            return _consenting(scene, patient), "patient.consented"
        case DoubtAnswers():
            _doubt_answers(scene, patient)
            return patient, "patient.answers_doubted"


def _consenting(scene: Scene, patient: Patient) -> Patient:
    """The proof of consent: the text that asked, when the answer came and by which way."""
    asked = [one for one in scene.uow.messages.of_patient(patient.id) if one.template == "OPTIN_ASK"]
    shown = asked[-1].body if asked else None
    consent = replace(patient.consent, sms=True, text=shown, at=scene.now, method="reply 1 by text")
    scene.uow.wake("check_in")
    return replace(patient, consent=consent)


def _tell_of_language(scene: Scene, patient: Patient, language: str) -> None:
    raise_event(
        scene.uow,
        scene.published,
        scene.clinic,
        EventKind.LANGUAGE_SWITCHED,
        now=scene.now,
        actor=scene.actor,
        patient=patient.id,
        note=f"the patient writes {language}; texts now go in {language} instead of {patient.language}",
    )


def _doubt_answers(scene: Scene, patient: Patient) -> None:
    """Answers since the patient was last seen in person may be somebody else's and are left out of outcomes."""
    seen = max((one.ended_at for one in scene.uow.infusions.of_patient(patient.id)), default=None)
    doubted = scene.uow.answers.doubt(patient.id, Channel.SMS, since=seen)
    exposed = [one.template for one in scene.uow.messages.of_patient(patient.id) if one.sent_at is not None]
    raise_event(
        scene.uow,
        scene.published,
        scene.clinic,
        EventKind.WRONG_NUMBER,
        now=scene.now,
        actor=scene.actor,
        patient=patient.id,
        note=(
            f"{doubted} answer(s) may not be this patient's and are left out; texts that went to this number: "
            f"{', '.join(dict.fromkeys(exposed)) or 'none'}; please ask the patient for a new number"
        ),
    )
