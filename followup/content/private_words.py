"""Words that never stand in a text or an e-mail: drugs, diagnoses, and what carriers block.

A text can be read by whoever holds the phone, and carriers restrict what names prescription drugs (CTIA Messaging
Principles; US carriers' prohibited content). The linter refuses templates and clinic names with any of these.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_DRUGS = (
    "ketamine ketamina esketamine esketamina ketalar spravato lidocaine lidocaina magnesium magnesio "
    "methadone metadona morphine morfina oxycodone oxicodona hydrocodone hydromorphone fentanyl fentanilo "
    "buprenorphine buprenorfina tramadol opioid opioids opioide opioides opiate cannabis marijuana marihuana "
    "benzodiazepine benzodiacepina midazolam lorazepam diazepam alprazolam xanax valium gabapentin "
    "gabapentina pregabalin pregabalina ondansetron clonidine clonidina nad+ infliximab rituximab "
    "immunoglobulin inmunoglobulina bisphosphonate"
)
_DIAGNOSES = (
    "depression depresion depressive depresivo depresiva ptsd bipolar anxiety ansiedad ocd psychosis psicosis "
    "schizophrenia esquizofrenia suicide suicidal suicidio suicida addiction adiccion alcoholism alcoholismo "
    "fibromyalgia fibromialgia crps sdrc neuropathy neuropatia neuropathic neuropatico migraine migrana "
    "cancer anemia anaemia hiv vih hepatitis psychiatric psiquiatrico psiquiatrica"
)
_SHORTENERS = "bit.ly tinyurl.com goo.gl t.co ow.ly is.gd buff.ly rebrand.ly cutt.ly rb.gy shorturl.at"

PRIVATE_WORDS = frozenset(f"{_DRUGS} {_DIAGNOSES}".split())
SHORTENERS = frozenset(_SHORTENERS.split())


def found_in(text: str, more: Iterable[str] = ()) -> str | None:
    """The first word of `text` that must not stand in a message, as it is written there; None when there is none.

    `more` are the treatments of the schedule, which give a patient's treatment away as well.
    """
    treatments = {word for name in more for word in re.findall(r"[a-z]{4,}", _plain(name))}
    for found in re.finditer(r"[^\s,;:!?()\"'¿¡]+", text):
        word = _plain(found.group()).strip(".")
        if word in PRIVATE_WORDS or word in treatments:
            return found.group().strip(".")
    return None


def shortener_in(text: str) -> str | None:
    """The public link shortener that `text` uses, which carriers block; None when there is none."""
    lowered = text.lower()
    return next(
        (name for name in sorted(SHORTENERS) if re.search(rf"(^|[/\s]){re.escape(name)}(/|\s|$)", lowered)), None
    )


def _plain(text: str) -> str:
    split = unicodedata.normalize("NFD", text.lower())
    return "".join(character for character in split if not unicodedata.combining(character))
