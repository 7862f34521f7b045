"""What an edit of the schedule takes away from safety, sentence by sentence.

A pure comparison of two configurations. It errs towards telling: a condition that was rewritten so that nobody can
say whether it still holds as often counts as loosened. `services.preview_schedules` shows what it finds, and an edit
with any of it waits for a person to publish it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from followup.domain.level import Level
from followup.domain.replanning import renames
from followup.domain.schedule import (
    Chain,
    CheckInSpec,
    Clinic,
    Condition,
    Configuration,
    Coverage,
    Question,
    Rule,
    Schedule,
    StaffMember,
    Step,
    WorkList,
)

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weakening:
    """One thing that is less safe than before. `path` leads to it, or to where it was, in the file."""

    path: KeyPath
    message: str


def weakenings(before: Configuration, after: Configuration) -> tuple[Weakening, ...]:
    """Everything that `after` takes away from safety, in the order of the file."""
    return tuple(
        Weakening(path=path, message=message)
        for part in (_general, _clinics, _staff, _chains, _questions, _symptoms, _rules, _courses)
        for path, message in part(before, after)
    )


_Found = Iterator[tuple[KeyPath, str]]

# --- settings, clinics, people -----------------------------------------------------------------


def _general(before: Configuration, after: Configuration) -> _Found:
    for language in before.languages:
        if language not in after.languages:
            yield ("languages",), f"patients are no longer written to in `{language}`"
    if after.history_after < before.history_after:
        yield (
            ("history_after",),
            (
                f"infusions recorded more than {_span(after.history_after)} late are no longer followed "
                f"(before: {_span(before.history_after)})"
            ),
        )


def _clinics(before: Configuration, after: Configuration) -> _Found:
    for key, old in before.clinics.items():
        new = after.clinics.get(key)
        if new is None:
            yield ("clinics",), f"clinic `{key}` is removed"
            continue
        yield from (((("clinics", key, *path), message)) for path, message in _clinic(old, new))
        for level in (Level.EMERGENCY, Level.URGENT, Level.ROUTINE):
            yield from _clinic_chain(key, level, before, after)


_MODES = tuple(Coverage)  # A, B, C: from most to least


def _clinic(old: Clinic, new: Clinic) -> _Found:
    if _MODES.index(new.coverage) > _MODES.index(old.coverage):
        yield ("coverage",), f"coverage falls from {old.coverage} to {new.coverage}"
    if old.answering_service and not new.answering_service:
        yield ("answering_service",), "nobody answers the phone out of hours any more"
    if old.test_page is not None and new.test_page is None:
        yield ("test_page",), "whoever is on duty is no longer tested each week"
    if new.coverage is Coverage.EXTENDED and not _within(old.extended_hours, new.extended_hours):
        yield ("extended_hours",), "the hours in which somebody is on call are shorter"
    if new.coverage is Coverage.AROUND_THE_CLOCK:
        return
    for weekday, window in old.hours.items():
        if weekday not in new.hours or not _within(window, new.hours[weekday]):
            yield ("hours",), f"fewer hours with somebody there on {_WEEKDAYS[weekday]}"


_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _within(inner: Any, outer: Any) -> bool:  # noqa: ANN401 - two windows
    return bool(outer.start <= inner.start and inner.end <= outer.end)


def _clinic_chain(key: str, level: Level, before: Configuration, after: Configuration) -> _Found:
    """Another chain for a level; what a chain of the same name lost is told with the chain."""
    old, new = before.chain_for(before.clinics[key], level), after.chain_for(after.clinics[key], level)
    if old.key == new.key:
        return
    for _, message in _chain(old, new):
        yield ("clinics", key, "chains", level.value), f"{level} alerts use chain `{new.key}`: {message}"


def _staff(before: Configuration, after: Configuration) -> _Found:
    for key, old in before.staff.items():
        new = after.staff.get(key)
        if new is None:
            continue  # whoever named them in a rota or a chain is told there
        if old.phone and not new.phone:
            yield ("staff", key), f"`{key}` can no longer be told by text"
        if old.email and not new.email:
            yield ("staff", key), f"`{key}` can no longer be told by e-mail"
        yield from _later_told(key, old, new)
    for key, rota in before.rotas.items():
        lost = [one for one in rota.people if key in after.rotas and one not in after.rotas[key].people]
        if lost and len(after.rotas[key].people) < len(rota.people):
            yield ("rotas", key, "people"), f"fewer people share the duty: {', '.join(lost)} left it"


def _later_told(key: str, old: StaffMember, new: StaffMember) -> _Found:
    before = {way.channel: way.after for way in old.contact}
    for way in new.contact:
        if way.after > before.get(way.channel, timedelta(0)):
            yield ("staff", key, "contact"), f"`{key}` is told by {way.channel} {_span(way.after)} later"


# --- chains ------------------------------------------------------------------------------------


def _chains(before: Configuration, after: Configuration) -> _Found:
    for key, old in before.chains.items():
        new = after.chains.get(key)
        if new is None:
            yield ("chains",), f"chain `{key}` is removed"
            continue
        yield from ((("chains", key, *path), message) for path, message in _chain(old, new))


def _chain(old: Chain, new: Chain) -> _Found:
    for position, step in enumerate(old.steps):
        if not any(_step_covers(other, step) for other in new.steps):
            yield ("steps",), f"step {position + 1}, after {_span(step.after)}, is gone or tells less, later or fewer"
    if any(step.tell_patient for step in old.steps) and not any(step.tell_patient for step in new.steps):
        yield ("steps",), "the patient is no longer told that nobody has answered yet"
    yield from _slower(("repeat",), "all is told again", old.repeat, new.repeat)
    if new.steps:
        yield from _slower(
            ("acknowledge_within",), "somebody must have taken an alert", old.acknowledge_within, new.acknowledge_within
        )
    yield from _slower(
        ("raise_again_after",), "an alert not closed is told again", old.raise_again_after, new.raise_again_after
    )
    if old.work_list is not None and not new.steps:
        yield from _work_list(old.work_list, new.work_list)


def _step_covers(new: Step, old: Step) -> bool:
    """Whether a step tells at least the same people, by the same ways, at least as soon."""
    return new.after <= old.after and {*old.targets} <= {*new.targets} and {*old.channels} <= {*new.channels}


def _slower(path: KeyPath, what: str, old: timedelta | None, new: timedelta | None) -> _Found:
    if old is not None and new is None:
        yield path, f"{what} after {_span(old)} no longer"
    elif old is not None and new is not None and new > old:
        yield path, f"{what} after {_span(new)} instead of {_span(old)}"


def _work_list(old: WorkList, new: WorkList | None) -> _Found:
    if new is None:
        yield ("work_list",), "nobody hears any more of alerts that nobody took up"
        return
    if new.overdue_after_business_days > old.overdue_after_business_days:
        yield ("work_list", "overdue_after_business_days"), "an alert is marked overdue later than before"
    if new.tell_after_business_days > old.tell_after_business_days:
        yield ("work_list", "tell_after_business_days"), "an alert that nobody took up is told of later than before"
    if not ({*old.targets} <= {*new.targets} and {*old.channels} <= {*new.channels}):
        yield ("work_list",), "fewer people, or by fewer ways, hear of an alert that nobody took up"


# --- questions and symptoms --------------------------------------------------------------------


def _questions(before: Configuration, after: Configuration) -> _Found:
    for key, old in before.questions.items():
        new = after.questions.get(key)
        if new is not None:
            yield from ((("questions", key, *path), message) for path, message in _question(old, new))


def _question(old: Question, new: Question) -> _Found:
    if old.kind is not new.kind or old.score is not new.score:
        yield ("kind",), "its answers are read in another way, so that other rules look at them"
        return
    lost = sorted({*old.options} - {*new.options})
    if lost:
        yield ("options",), f"{_several('the answer', lost)} can no longer be given"
    for name, was, now in (("then", old.then, new.then), ("then_among", old.then_among, new.then_among)):
        if any(digit not in now for digit in was):
            yield (name,), "a question that followed an answer is no longer asked"


def _symptoms(before: Configuration, after: Configuration) -> _Found:
    for key, old in before.symptoms.items():
        new = after.symptoms.get(key)
        if new is None:
            yield ("symptoms",), f"symptom `{key}` is removed"
        elif not old.read_as <= new.read_as:
            yield ("symptoms", key, "read_as"), f"fewer words are read as `{key}`"


# --- rules -------------------------------------------------------------------------------------


def _rules(before: Configuration, after: Configuration) -> _Found:
    names = _present_names(before, after)
    for old in before.rules:
        new = after.rule(old.id)
        if new is None:
            if old.level.at_least(Level.ROUTINE):
                yield ("rules",), f"rule `{old.id}` ({old.reason}) is removed"
            continue
        can_hold = replace(old, when=tuple(_with_names(old.when, names)))
        yield from ((("rules", old.id, *path), f"rule `{old.id}`: {message}") for path, message in _rule(can_hold, new))


def _present_names(before: Configuration, after: Configuration) -> dict[str, str]:
    """What each check-in that is left is called now. One that is removed is told with its course, not with rules."""
    names: dict[str, str] = {}
    for old in _all_courses(before):
        for new in _all_courses(after):
            becomes = renames(old, new)
            kept = {spec.key for spec in new.check_ins}
            names |= {
                spec.key: becomes.get(spec.key, spec.key)
                for spec in old.check_ins
                if becomes.get(spec.key, spec.key) in kept
            }
    return names


def _all_courses(configuration: Configuration) -> tuple[Schedule, ...]:
    return (*configuration.schedules.values(), configuration.safety_course)


def _with_names(when: Iterable[Condition], names: Mapping[str, str]) -> Iterator[Condition]:
    """The conditions that can still hold, with the check-ins called as they are now."""
    for condition in when:
        here = frozenset(names[key] for key in condition.check_ins if key in names)
        if here or not condition.check_ins:
            yield replace(condition, check_ins=here)


def _rule(old: Rule, new: Rule) -> _Found:
    if not new.level.at_least(old.level):
        yield ("level",), f"the level falls from {old.level} to {new.level}"
    if not old.level.at_least(Level.ROUTINE):
        return
    for position, condition in enumerate(old.when):
        if not any(covers(other, condition) for other in new.when):
            yield ("when",), f"what condition {position + 1} caught may no longer be caught"
    yield from _gives_way(old, new)
    yield from _told_less(old, new)


def _gives_way(old: Rule, new: Rule) -> _Found:
    if not new.unless <= old.unless:
        yield ("unless",), "it gives way to further rules"
    if new.alone and not old.alone:
        yield ("alone",), "it gives way to every rule of its level or above"
    if old.everywhere and not new.everywhere:
        yield ("everywhere",), "a schedule can drop it now"


def _told_less(old: Rule, new: Rule) -> _Found:
    if old.pages_after_hours and not new.pages_after_hours:
        yield ("pages_after_hours",), "while nobody is on call it waits for the opening"
    if old.chain is not None and new.chain != old.chain:
        yield ("chain",), f"it no longer uses chain `{old.chain}`"
    if old.level.at_least(Level.URGENT) and old.reply is not new.reply:
        yield ("reply",), f"the patient gets another answer: {new.reply} instead of {old.reply}"


_Holds = Callable[[Any, Any], bool]


def _any_of(new: frozenset[Any], old: frozenset[Any]) -> bool:
    """An empty set asks nothing."""
    return not new or (bool(old) and old <= new)


def _none_of(new: frozenset[Any], old: frozenset[Any]) -> bool:
    return new <= old


def _floor(new: Any, old: Any) -> bool:  # noqa: ANN401 - numbers or durations
    return new is None or (old is not None and bool(new <= old))


def _ceiling(new: Any, old: Any) -> bool:  # noqa: ANN401 - numbers or durations
    return new is None or (old is not None and bool(new >= old))


def _exactly(new: Any, old: Any) -> bool:  # noqa: ANN401 - anything that a condition may ask
    return new is None or bool(new == old)


def _digits(new: Mapping[str, frozenset[int]], old: Mapping[str, frozenset[int]]) -> bool:
    return all(question in old and old[question] <= digits for question, digits in new.items())


#: How each thing that a condition may ask is compared: whether the new value lets through all that the old one did.
_LETS_THROUGH: Mapping[str, _Holds] = {
    **dict.fromkeys(("words", "symptoms", "check_ins", "flags"), _any_of),
    "scopes": lambda new, old: old <= new,
    "without_flags": _none_of,
    **dict.fromkeys(
        (
            "severity_at_least",
            "at_least",
            "rises_by",
            "falls_by",
            "ratio_at_least",
            "relief_at_least",
            "earlier_relief_at_least",
            "hours_at_least",
            "day_at_least",
        ),
        _floor,
    ),
    **dict.fromkeys(("severity_at_most", "at_most", "relief_below", "hours_below", "day_below"), _ceiling),
    **dict.fromkeys(("read_as", "score", "with_baseline", "reported_before", "event"), _exactly),
    "answers": _digits,
    "lasting": lambda new, old: new <= old,
    "reference": lambda new, old: new is old,
    "unstated": lambda new, old: new == old or old is None,
    "earlier_severity_at_least": lambda new, old: new == old,
}


def covers(new: Condition, old: Condition) -> bool:
    """Whether `new` surely holds whenever `old` does."""
    scopes_ask_nothing = not new.words
    return all(
        lets_through(getattr(new, name), getattr(old, name))
        for name, lets_through in _LETS_THROUGH.items()
        if not (name == "scopes" and scopes_ask_nothing)
    )


# --- courses -----------------------------------------------------------------------------------


def _courses(before: Configuration, after: Configuration) -> _Found:
    """Every kind of infusion is compared by the course that it had and the course that it gets now."""
    seen: set[tuple[str, str]] = set()
    for treatment, indication in _kinds(before, after):
        old, new = before.schedule_for(treatment, indication), after.schedule_for(treatment, indication)
        if old is None or (old.key, new.key if new else "") in seen:
            continue
        seen.add((old.key, new.key if new else ""))
        if new is None:
            what = f"{treatment}, {indication}" if indication else treatment
            yield ("schedules",), f"infusions of {what} lose schedule `{old.key}` and get the safety course only"
            continue
        yield from ((("schedules", new.key, *path), message) for path, message in _course(old, new))
    yield from (
        (("safety_course", *path), message) for path, message in _course(before.safety_course, after.safety_course)
    )


def _kinds(before: Configuration, after: Configuration) -> list[tuple[str, str | None]]:
    """Treatment and indication of every infusion that the two could tell apart."""
    courses = [*before.schedules.values(), *after.schedules.values()]
    indications = sorted({one for course in courses for one in course.indications})
    treatments = dict.fromkeys(course.treatment for course in before.schedules.values())
    return [(treatment, indication) for treatment in treatments for indication in (None, *indications)]


def _course(old: Schedule, new: Schedule) -> _Found:
    dropped = sorted(new.dropped_rules - old.dropped_rules)
    if dropped:
        yield ("drop_rules",), f"{_several('rule', dropped)} no longer applies here"
    for spec in old.check_ins:
        heir = next((other for other in new.check_ins if spec.key in {other.key, other.renamed_from}), None)
        yield from _check_in(spec, heir)


def _check_in(old: CheckInSpec, new: CheckInSpec | None) -> _Found:
    if new is None:
        if old.safety:
            yield ("check_ins",), f"safety check-in `{old.key}` is removed"
        return
    path: KeyPath = ("check_ins", new.key)
    if old.safety and not new.safety:
        yield (*path, "safety"), f"`{new.key}` is no longer a safety check-in"
    if old.safety and not {*old.questions} <= {*new.questions}:
        yield (*path, "questions"), f"safety check-in `{new.key}` asks less"
    if old.safety and old.reminder is not None and new.reminder is None:
        yield path, f"safety check-in `{new.key}` is no longer reminded of"
    yield from _told_of_silence(path, old, new)


def _told_of_silence(path: KeyPath, old: CheckInSpec, new: CheckInSpec) -> _Found:
    if old.unanswered is None:
        return
    if new.unanswered is None:
        yield path, f"nobody hears any more that `{new.key}` went unanswered"
    elif new.unanswered.after_reminder > old.unanswered.after_reminder or new.unanswered.latest > old.unanswered.latest:
        yield (*path, "unanswered"), f"staff hear later that `{new.key}` went unanswered"


# --- words -------------------------------------------------------------------------------------


def _several(what: str, names: Iterable[object]) -> str:
    return f"{what} " + ", ".join(f"`{name}`" for name in names)


def _span(duration: timedelta) -> str:
    seconds = int(duration.total_seconds())
    for size, letter in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds and seconds % size == 0 and (seconds >= 2 * size or letter != "d"):
            return f"{seconds // size}{letter}"
    return f"{seconds}s"
