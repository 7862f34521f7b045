"""An infusion as the API takes it -> what the services record. The routes and the command line's import call it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from followup.domain.infusion import Baseline
from followup.domain.people import Consent, PatientDetails
from followup.domain.schedule import RISK_FLAGS, Configuration
from followup.services.record_infusion import Correction, NewInfusion, NewPatient
from followup.web.api.fields import Day, Email, Instant, Key, Name, Phone, Text, Zone
from followup.web.api.reading import Wrong, read

#: An infusion that is about to end may be recorded ahead; further ahead it is a slip of the pen.
MOST_AHEAD: Final = timedelta(hours=24)

Score = Annotated[float, Field(ge=0, le=10, allow_inf_nan=False, strict=True)]
Switch = Annotated[bool, Field(strict=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a field is checked against beside itself."""

    configuration: Configuration
    now: datetime


class Shape(BaseModel):
    """Unknown fields are refused: a misspelt one would be missed without a word."""

    model_config = ConfigDict(extra="forbid")


class ConsentShape(Shape):
    """What the patient agreed to, with its proof."""

    sms: Switch = False
    email: Switch = False
    text: Text | None = None
    at: Instant | None = None
    method: Name | None = None


class BaselineShape(Shape):
    """Scores before the infusion, 0 to 10."""

    pain: Score | None = None
    mood: Score | None = None


class PatientShape(Shape):
    """The patient; newest demographics win."""

    id: Key
    name: Name
    email: Email | None = None
    phone: Phone | None = Field(default=None, validate_default=True)
    language: Name | None = None
    timezone: Zone
    consent: ConsentShape | None = None
    birth_date: Day | None = None
    address: Text | None = None
    emergency_contact: Text | None = None
    escort: Text | None = None
    local_dispatch_phone: Text | None = None
    safe_to_call: Text | None = None
    interpreter: Text | None = None
    prescriber: Text | None = None

    @field_validator("language")
    @classmethod
    def _spoken(cls, language: str | None, info: ValidationInfo) -> str | None:
        """`en-US` is `en`; a language that no text exists in is refused rather than guessed."""
        if language is None or not isinstance(info.context, Known):
            return language
        code = language.replace("_", "-").partition("-")[0].lower()
        spoken = info.context.configuration.languages
        if code not in spoken:
            raise Wrong(f"must be one of {', '.join(spoken)}; leave it out where it is not known")
        return code

    @field_validator("phone")
    @classmethod
    def _reachable(cls, phone: str | None, info: ValidationInfo) -> str | None:
        if phone is None and "email" in info.data and info.data["email"] is None:
            raise Wrong("is needed where there is no e-mail address")
        return phone


def _check_ended(ended_at: datetime | None, info: ValidationInfo) -> datetime | None:
    if ended_at is not None and isinstance(info.context, Known) and ended_at > info.context.now + MOST_AHEAD:
        raise Wrong("lies more than 24 hours ahead; check date and offset")
    return ended_at


def _check_flags(flags: list[str] | None) -> list[str] | None:
    if flags is not None and not set(flags) <= set(RISK_FLAGS):
        raise Wrong(f"may hold only {', '.join(RISK_FLAGS)}")
    return flags


def _check_order(discharged_at: datetime | None, info: ValidationInfo) -> datetime | None:
    ended_at = info.data.get("ended_at")
    if ended_at is not None and discharged_at is not None and discharged_at < ended_at:
        raise Wrong("must not lie before ended_at")
    return discharged_at


class InfusionShape(Shape):
    """One infusion. `clinic` may be left out where there is one."""

    id: Key
    clinic: Key | None = Field(default=None, validate_default=True)
    patient: PatientShape
    treatment: Name
    indication: Name | None = None
    ended_at: Instant
    discharged_at: Instant | None = None
    baseline: BaselineShape = Field(default_factory=BaselineShape)
    flags: list[Key] = Field(default_factory=list, max_length=20)

    @field_validator("clinic")
    @classmethod
    def _configured(cls, clinic: str | None, info: ValidationInfo) -> str | None:
        return _configured_clinic(clinic, info)

    _ended = field_validator("ended_at")(_check_ended)
    _discharged = field_validator("discharged_at")(_check_order)
    _flags = field_validator("flags")(_check_flags)


def _configured_clinic(clinic: str | None, info: ValidationInfo) -> str | None:
    if not isinstance(info.context, Known):
        return clinic
    clinics = info.context.configuration.clinics
    if clinic is None and len(clinics) > 1:
        raise Wrong("is needed, since there are several clinics")
    if clinic is not None and clinic not in clinics:
        raise Wrong("is not a clinic of schedules.yaml")
    return clinic


class CorrectionShape(Shape):
    """Facts of an infusion to put right; what is left out stays."""

    treatment: Name | None = None
    indication: Name | None = None
    ended_at: Instant | None = None
    discharged_at: Instant | None = None
    baseline: BaselineShape | None = None
    flags: list[Key] | None = Field(default=None, max_length=20)

    _ended = field_validator("ended_at")(_check_ended)
    _discharged = field_validator("discharged_at")(_check_order)
    _flags = field_validator("flags")(_check_flags)

    @model_validator(mode="after")
    def _says_something(self) -> CorrectionShape:
        if not self.model_fields_set:
            raise Wrong("name at least one fact to change, such as ended_at")
        return self


def read_infusion(raw: object, configuration: Configuration, now: datetime) -> NewInfusion:
    """A posted infusion, checked. Raises InvalidInput with every mistake and its dotted path."""
    shape = read(InfusionShape, raw, Known(configuration=configuration, now=now))
    return NewInfusion(
        id=shape.id,
        clinic=_clinic(shape, configuration),
        patient=_patient(shape.patient),
        treatment=shape.treatment,
        indication=shape.indication,
        ended_at=shape.ended_at,
        discharged_at=shape.discharged_at,
        baseline=Baseline(pain=shape.baseline.pain, mood=shape.baseline.mood),
        flags=frozenset(shape.flags),
    )


def read_correction(raw: object, configuration: Configuration, now: datetime) -> Correction:
    """The facts to change. Raises InvalidInput."""
    shape = read(CorrectionShape, raw, Known(configuration=configuration, now=now))
    return Correction(
        ended_at=shape.ended_at,
        discharged_at=shape.discharged_at,
        treatment=shape.treatment,
        indication=shape.indication,
        baseline=None if shape.baseline is None else Baseline(pain=shape.baseline.pain, mood=shape.baseline.mood),
        flags=None if shape.flags is None else frozenset(shape.flags),
    )


def _clinic(shape: InfusionShape, configuration: Configuration) -> str:
    if shape.clinic is not None:
        return shape.clinic
    if len(configuration.clinics) == 1:
        return next(iter(configuration.clinics))
    return ""  # not reached: `read` refuses a missing clinic where there are several


def _patient(shape: PatientShape) -> NewPatient:
    consent = shape.consent
    return NewPatient(
        id=shape.id,
        name=shape.name,
        timezone=shape.timezone,
        phone=shape.phone,
        email=shape.email,
        language=shape.language,
        consent=None if consent is None else Consent(**consent.model_dump()),
        details=PatientDetails(
            birth_date=shape.birth_date,
            address=shape.address,
            emergency_contact=shape.emergency_contact,
            escort=shape.escort,
            local_dispatch_phone=shape.local_dispatch_phone,
            safe_to_call=shape.safe_to_call,
            interpreter=shape.interpreter,
            prescriber=shape.prescriber,
        ),
    )
