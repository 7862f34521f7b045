"""Headings of exports -> what their columns hold. READ THE TABLE to see what is known, in English and Spanish.

Spelling, accents, punctuation and order do not matter: `Cell Phone #`, `cell_phone` and `CellPhone` are one.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from followup.intake.found import Unreadable


class Field(StrEnum):
    """What a column may hold; the text is how a person would call it."""

    INFUSION = "infusion id"
    CLINIC = "clinic"
    PATIENT = "patient id"
    NAME = "name"
    FIRST = "first name"
    MIDDLE = "middle name"
    LAST = "last name"
    CELL = "cell phone"
    PHONE = "phone"
    HOME_PHONE = "home phone"
    EMAIL = "e-mail"
    LANGUAGE = "language"
    ZONE = "time zone"
    CONSENT_SMS = "consent to texts"
    CONSENT_EMAIL = "consent to e-mail"
    CONSENT_AT = "consent date"
    CONSENT_METHOD = "consent method"
    TREATMENT = "treatment"
    INDICATION = "indication"
    DAY = "date of service"
    ENDED = "end of the infusion"
    DISCHARGED = "discharge"
    PAIN = "pain before"
    MOOD = "mood before"
    FLAGS = "flags"
    FIRST_INFUSION = "first infusion"
    LIVES_ALONE = "lives alone"
    PRIOR_REACTION = "prior severe reaction"
    SI_HISTORY = "si history"
    BP_RISK = "bp risk"
    BIRTH_DATE = "birth date"
    ADDRESS = "address"
    ADDRESS_2 = "address line 2"
    CITY = "city"
    STATE = "state"
    ZIP = "zip code"
    CONTACT = "emergency contact"
    CONTACT_PHONE = "emergency contact phone"
    ESCORT = "escort"
    DISPATCH = "local dispatch phone"
    SAFE_TO_CALL = "safe to call"
    INTERPRETER = "interpreter"
    PRESCRIBER = "prescriber"


#: Within one field the earlier spelling wins where a file has several: `MRN` before `Patient ID`.
SPELLINGS: Final[Mapping[Field, str]] = {
    Field.INFUSION: "infusion id|infusion number|infusion no|encounter id|encounter number|encounter|csn|visit id|"
    "visit number|visit|appointment id|appt id|order id|order number|procedure id|administration id|external id|"
    "id infusion|id de infusion|id de la infusion|numero de infusion|folio|id encuentro|id de encuentro|id cita|"
    "id de cita|id visita|id de visita|numero de cita|numero de visita",
    Field.CLINIC: "clinic|clinic id|clinic name|site|site name|location|facility|facility name|department|clinica|sede|"
    "sucursal|centro|ubicacion",
    Field.PATIENT: "mrn|medical record number|med rec|med rec number|medical record|mr number|patient mrn|patient id|"
    "patient identifier|pt id|patient number|patient no|chart number|chart|chart no|chart id|account number|"
    "patient account number|emr id|ehr id|subject id|nhc|numero de historia clinica|historia clinica|expediente|"
    "numero de expediente|no expediente|id paciente|id del paciente|id de paciente|numero de paciente|nss|nro historia",
    Field.NAME: "patient name|name|full name|patient|pt name|patient full name|nombre completo|nombre y apellidos|"
    "nombre del paciente|paciente|nombre paciente|apellidos y nombre",
    Field.FIRST: "first name|first|given name|given|fname|patient first name|pt first name|legal first name|nombre|"
    "nombres|primer nombre|nombre de pila",
    Field.MIDDLE: "middle name|middle|middle initial|mi|patient middle name|segundo nombre",
    Field.LAST: "last name|last|surname|family name|lname|patient last name|pt last name|legal last name|apellidos|"
    "apellido|primer apellido|apellido paterno",
    Field.CELL: "cell phone|cell|mobile phone|mobile|cellphone|cell number|cell phone number|mobile number|"
    "mobile phone number|patient cell|patient cell phone|patient mobile|text number|sms|sms number|movil|"
    "telefono movil|celular|telefono celular|numero de celular|numero de movil|tel movil|tel celular",
    Field.PHONE: "phone|phone number|telephone|telephone number|primary phone|preferred phone|patient phone|"
    "patient phone number|pt phone|contact number|contact phone|tel|best phone|telefono|numero de telefono|"
    "telefono del paciente|telefono principal|telefono de contacto",
    Field.HOME_PHONE: "home phone|home telephone|home phone number|landline|telefono de casa|telefono fijo|tel casa|"
    "telefono casa|telefono domicilio",
    Field.EMAIL: "email|e mail|email address|e mail address|patient email|mail|correo|correo electronico|"
    "direccion de correo|email del paciente",
    Field.LANGUAGE: "language|preferred language|primary language|patient language|lang|spoken language|idioma|lengua|"
    "idioma preferido|lenguaje",
    Field.ZONE: "timezone|time zone|tz|patient timezone|patient time zone|zona horaria|huso horario",
    Field.CONSENT_SMS: "consent sms|sms consent|consent to text|consent to texts|text consent|texting consent|"
    "ok to text|sms opt in|text opt in|opt in sms|consent text messages|consent to text messages|texts ok|"
    "patient consent sms|consent|opt in|consentimiento sms|consentimiento para sms|consentimiento mensajes|"
    "acepta sms|acepta mensajes|consentimiento|autoriza sms|autoriza mensajes",
    Field.CONSENT_EMAIL: "consent email|email consent|consent to email|ok to email|email opt in|patient consent email|"
    "consentimiento correo|consentimiento email|acepta correo|acepta email|autoriza correo",
    Field.CONSENT_AT: "consent date|consent at|consent date time|consented on|consented at|date of consent|"
    "patient consent at|fecha de consentimiento|fecha consentimiento|fecha del consentimiento",
    Field.CONSENT_METHOD: "consent method|consent type|patient consent method|how consented|forma de consentimiento|"
    "metodo de consentimiento|tipo de consentimiento",
    Field.TREATMENT: "treatment|drug|medication|drug name|medication name|treatment name|infusion type|therapy|"
    "infusion|infused drug|tratamiento|medicamento|farmaco|tipo de infusion|terapia",
    Field.INDICATION: "indication|diagnosis|reason|reason for visit|dx|treatment indication|indicacion|diagnostico|"
    "motivo",
    Field.DAY: "date of service|service date|dos|date|infusion date|visit date|appointment date|appt date|"
    "treatment date|encounter date|date of infusion|fecha de servicio|fecha|fecha de infusion|fecha de la infusion|"
    "fecha de atencion|fecha de cita|fecha de la cita|fecha del servicio|fecha infusion",
    Field.ENDED: "ended at|infusion end|end time|infusion end time|end|stop time|infusion stop|infusion stop time|"
    "end date time|end datetime|end date|end date and time|infusion end date time|infusion end datetime|stop|ended|"
    "time ended|finish time|finished|finished at|completed|completed at|completion time|time out|infusion ended|"
    "hora fin|hora de fin|hora final|fin|fin de infusion|fin de la infusion|hora de termino|hora termino|termino|"
    "fecha fin|fecha de fin|fecha y hora de fin|fecha y hora fin|fecha hora fin|hora de finalizacion|finalizacion|"
    "hora fin de infusion|hora fin infusion|fin infusion",
    Field.DISCHARGED: "discharged at|discharge time|discharge|discharged|discharge date time|discharge datetime|"
    "time of discharge|departure time|departed|left at|checkout|check out|check out time|checkout time|hora de alta|"
    "hora alta|alta|fecha de alta|fecha y hora de alta|hora de salida|salida",
    Field.PAIN: "baseline pain|pain|pain score|pre pain|pre infusion pain|pain before|pain pre|pain baseline|"
    "pre infusion pain score|nrs|nrs pain|pain nrs|pain level|dolor|dolor basal|dolor previo|dolor antes|eva|"
    "escala de dolor|nivel de dolor|dolor inicial",
    Field.MOOD: "baseline mood|mood|mood score|pre mood|pre infusion mood|mood before|mood baseline|animo|animo basal|"
    "estado de animo|animo previo|humor",
    Field.FLAGS: "flags|risk flags|risks|banderas|riesgos|marcas",
    Field.FIRST_INFUSION: "first infusion|new patient|is first infusion|first treatment|primera infusion|"
    "primera vez|es primera infusion",
    Field.LIVES_ALONE: "lives alone|living alone|vive solo|vive sola|vive solo a|vive solo sola",
    Field.PRIOR_REACTION: "prior severe reaction|previous severe reaction|severe reaction|reaccion grave previa",
    Field.SI_HISTORY: "si history|history of si|suicidal ideation history|suicide history|antecedentes suicidas|"
    "antecedente de ideacion suicida|ideacion suicida previa",
    Field.BP_RISK: "bp risk|blood pressure risk|hypertension risk|riesgo de presion|riesgo ta|riesgo hipertension",
    Field.BIRTH_DATE: "dob|date of birth|birth date|birthdate|patient dob|patient date of birth|patient birth date|"
    "birthday|fecha de nacimiento|fecha nacimiento|nacimiento|fn|f nac|fec nac|fecha nac",
    Field.ADDRESS: "address|street|street address|home address|patient address|address 1|address line 1|address1|"
    "direccion|domicilio|calle|direccion del paciente",
    Field.ADDRESS_2: "address 2|address line 2|address2|apt|unit|direccion 2|colonia",
    Field.CITY: "city|town|patient city|ciudad|poblacion|municipio|localidad",
    Field.STATE: "state|province|st|patient state|estado|provincia",
    Field.ZIP: "zip|zip code|zipcode|postal code|postcode|patient zip|codigo postal|cp|c p",
    Field.CONTACT: "emergency contact|emergency contact name|next of kin|nok|patient emergency contact|"
    "contacto de emergencia|nombre contacto de emergencia|nombre del contacto de emergencia|familiar",
    Field.CONTACT_PHONE: "emergency contact phone|emergency phone|emergency contact number|nok phone|"
    "next of kin phone|telefono de emergencia|telefono contacto de emergencia|"
    "telefono del contacto de emergencia",
    Field.ESCORT: "escort|driver|ride|escort name|driver name|patient escort|acompanante|conductor",
    Field.DISPATCH: "local dispatch phone|dispatch phone|patient local dispatch phone|telefono de despacho",
    Field.SAFE_TO_CALL: "safe to call|patient safe to call|seguro llamar|se puede llamar",
    Field.INTERPRETER: "interpreter|interpreter needed|needs interpreter|patient interpreter|interprete|"
    "necesita interprete",
    Field.PRESCRIBER: "prescriber|provider|physician|doctor|ordering provider|attending|attending physician|"
    "provider name|patient prescriber|medico|medico tratante|doctora|prescriptor",
}

_KNOWN: Final[Mapping[str, tuple[Field, int]]] = {
    spelling: (field, rank)
    for field, spellings in SPELLINGS.items()
    for rank, spelling in enumerate(spellings.split("|"))
}
_FILLERS: Final = ("number", "no", "num", "numero", "nro")
#: What may stand around a heading and says nothing.
_BRACKETS: Final = re.compile(r"\((?:[^)]*)\)|\[(?:[^\]]*)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which column holds what: places from 0, their headings, and what was left aside."""

    places: Mapping[Field, int]
    heading: tuple[str, ...]
    unused: tuple[str, ...]
    doubled: tuple[tuple[str, str], ...]

    def called(self, field: Field) -> str:
        """How to name the column of `field` to whoever sent the file."""
        place = self.places.get(field)
        return f"column {letters(place)} ({self.heading[place]})" if place is not None else str(field)


def field_of(heading: str) -> tuple[Field, int] | None:
    """What a heading means and the rank of its spelling; None where it is not known."""
    for words in (_plain(heading), _plain(_BRACKETS.sub(" ", heading))):
        found = _KNOWN.get(words) or _KNOWN.get(_without_filler(words))
        if found is not None:
            return found
    return None


def recognised(cells: Sequence[str]) -> int:
    """How many different fields a line of headings names."""
    return len({found[0] for cell in cells if (found := field_of(cell)) is not None})


def columns_of(heading: Sequence[str]) -> Columns:
    """Give each column its field. Raises Unreadable where two are called the same and both are known."""
    best: dict[Field, tuple[int, int]] = {}
    doubled: list[tuple[str, str]] = []
    for place, cell in enumerate(heading):
        found = field_of(cell)
        if found is None:
            continue
        field, rank = found
        known = best.get(field)
        if known is not None and known[0] == rank:
            raise Unreadable(
                f"columns {letters(known[1])} and {letters(place)} are both called {field}; rename or remove one"
            )
        if known is not None:
            winner, loser = ((rank, place), known) if rank < known[0] else (known, (rank, place))
            doubled.append((letters(loser[1]), letters(winner[1])))
            best[field] = winner
        else:
            best[field] = (rank, place)
    return Columns(
        places={field: place for field, (_, place) in best.items()},
        heading=tuple(heading),
        unused=tuple(
            f"{letters(place)} ({cell})" if _harmless(cell) else letters(place)
            for place, cell in enumerate(heading)
            if cell and field_of(cell) is None
        ),
        doubled=tuple(doubled),
    )


def nearest(field: Field, heading: Sequence[str]) -> str | None:
    """The heading that is most like a spelling of `field`, for a hint."""
    unknown = {_plain(cell): cell for cell in heading if field_of(cell) is None and _harmless(cell)}
    for spelling in SPELLINGS[field].split("|"):
        close = difflib.get_close_matches(spelling, list(unknown), n=1, cutoff=0.8)
        if close:
            return unknown[close[0]]
    return None


def letters(place: int) -> str:
    """A column as spreadsheets name it: 0 is A, 26 is AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _plain(heading: str) -> str:
    """`DateOfService`, `date_of_service` and `Date of Service:` are all `date of service`."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading)
    letters_only = unicodedata.normalize("NFKD", spaced.casefold())
    kept = "".join(
        letter if letter.isascii() and letter.isalnum() else " "
        for letter in letters_only
        if not unicodedata.combining(letter)
    )
    return " ".join(kept.split())


def _without_filler(words: str) -> str:
    return " ".join(word for word in words.split() if word not in _FILLERS)


def _harmless(cell: str) -> bool:
    """Whether a heading may be repeated: some letters and nothing that looks like anybody's data."""
    return re.fullmatch(r"[^\W\d_][^\W\d]{0,20}(?:[ _/-][^\W\d]{1,20}){0,4}", cell) is not None
