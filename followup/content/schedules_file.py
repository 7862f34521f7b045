"""The sections of schedules.yaml and what may stand in them; the loader reads the file by these shapes.

Each shape gives the values of `followup.domain.schedule`. Clinics and people, chains, questions and rules, and
courses have a module each; this one puts them together.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from followup.content import clinic_shapes, course_shapes, question_shapes, rule_shapes
from followup.content.containers import Field, Many, Named, Record
from followup.content.shapes import Integer, OneOf
from followup.content.words_of_time import DURATION
from followup.content.yaml_source import Node, Table
from followup.domain.oncall import rotas_of
from followup.domain.schedule import Configuration, Limits, Rota

LANGUAGE = OneOf(("en", "es"), "one")

_LIMITS = Record(
    "limits",
    Limits,
    {
        "per_day": Field(shape=Integer(1, 10), about="most check-ins a day"),
        "per_week": Field(shape=Integer(1, 50), about="most check-ins a week, which begins on Monday"),
    },
)


def _configuration(publish: str = "automatic", **sections: Any) -> Configuration:
    rules = sections.pop("rules")
    whole = Configuration(rules=tuple(rules.values()), publish_by_hand=publish == "by_hand", **sections)
    return replace(whole, rotas={key: _with_holidays(rota, whole) for key, rota in whole.rotas.items()})


def _with_holidays(rota: Rota, configuration: Configuration) -> Rota:
    """A rota keeps the holidays of the clinics that it serves."""
    served = [clinic for clinic in configuration.clinics.values() if rota in rotas_of(clinic, configuration)]
    return replace(rota, holidays=frozenset().union(*(clinic.holidays for clinic in served)))


FILE = Record(
    "schedules.yaml",
    _configuration,
    {
        "languages": Field(
            shape=Many(LANGUAGE, "a list of languages"), about="languages that patients are written to in"
        ),
        "staff_language": Field(shape=LANGUAGE, about="language of notices to staff"),
        "publish": Field(
            shape=OneOf(("automatic", "by_hand")),
            about="whether a good edit is taken by itself or waits for `followup schedules publish`",
        ),
        "most_plans_moved": Field(
            shape=Integer(0, 100_000),
            about="an edit that moves the check-ins of more running courses than this waits for `publish`",
        ),
        "discharge_gap": Field(shape=DURATION, about="nothing is sent sooner than this after discharge"),
        "history_after": Field(shape=DURATION, about="an infusion older than this when recorded sends nothing"),
        "limits": Field(shape=_LIMITS, about="most check-ins per patient; safety check-ins and reminders do not count"),
        "clinics": Field(shape=Named(clinic_shapes.CLINIC, "clinics"), about="the clinics", needed=True),
        "staff": Field(shape=Named(clinic_shapes.STAFF, "members of staff"), about="who can be told", needed=True),
        "rotas": Field(shape=Named(clinic_shapes.ROTA, "rotas"), about="who is on duty when", needed=True),
        "chains": Field(shape=Named(clinic_shapes.CHAIN, "chains"), about="who is told, in which order", needed=True),
        "questions": Field(
            shape=Named(question_shapes.QUESTION, "questions"), about="what patients are asked", needed=True
        ),
        "symptoms": Field(shape=Named(question_shapes.SYMPTOM, "symptoms"), about="side effects by code", needed=True),
        "rules": Field(
            shape=Named(rule_shapes.RULE, "rules", key_as="id"),
            about="which answers and words staff hear of",
            needed=True,
        ),
        "schedules": Field(shape=Named(course_shapes.SCHEDULE, "schedules"), about="the courses", needed=True),
        "safety_course": Field(
            shape=course_shapes.SAFETY_COURSE, about="the course of an infusion that matches no schedule", needed=True
        ),
    },
)

#: Sections whose names other sections may use.
NAMED_SECTIONS = ("clinics", "staff", "rotas", "chains", "questions", "symptoms", "rules", "schedules")


def names_in(root: Table) -> dict[str, frozenset[str]]:
    """The names that each section defines; those with mistakes in them too, so that one mistake makes no second.

    A section that is missing or is no table is left out: then the names it should have defined are not judged.
    """
    sections = {section: root.get(section) for section in NAMED_SECTIONS}
    names = {section: _keys(node) for section, node in sections.items() if isinstance(node, Table)}
    schedules = root.get("schedules")
    if not isinstance(schedules, Table):
        return names
    courses = [root.get("safety_course"), *(entry.value for entry in schedules.entries)]
    check_ins = [_keys(course.get("check_ins")) for course in courses if isinstance(course, Table)]
    return names | {"check_ins": frozenset().union(*check_ins)}


def _keys(node: Node | None) -> frozenset[str]:
    return frozenset(entry.key.text for entry in node.entries) if isinstance(node, Table) else frozenset()
