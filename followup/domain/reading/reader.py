"""A patient's text read as a nurse would read it; inbound handling and `followup understand` call this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from followup.domain.level import Level, highest
from followup.domain.reading import choices, kinds, symptoms
from followup.domain.reading.danger import find_danger, is_crisis, measured
from followup.domain.reading.language import language_of
from followup.domain.reading.lexicon import Certainty, Lexicon, Match, Sort
from followup.domain.reading.likeness import second_opinion
from followup.domain.reading.normalise import Words, normalise
from followup.domain.reading.numbers import NumberWords, Placed, read_numbers
from followup.domain.reading.quoted import own_words
from followup.domain.reading.ratings import Rating, RatingWords, choose_rating, with_spoken_numbers
from followup.domain.reading.reading import (
    Asked,
    Finding,
    Kind,
    NumberType,
    Reading,
    Scope,
    Severity,
    SymptomRead,
)
from followup.domain.reading.scope import Surroundings, surroundings
from followup.domain.reading.signs import weighed_signs
from followup.domain.reading.topics import BY_NAME

_DANGER_SORTS = frozenset((Sort.DANGER, Sort.CUE, Sort.IDIOM, Sort.SIGN, Sort.WIDER))
_SEVERE_PAIN = 8.0
_SHARP_RISE = 4.0


def read(
    text: str, *, asked: Asked, lexicon: Lexicon, about: str | None = None, sent_texts: Sequence[str] = ()
) -> Reading:
    """What `text` means after the question `asked`; any string gives a reading, never an exception.

    `about` is the symptom code that a severity question names; `sent_texts` what we sent before,
    so that quoted copies are set aside.
    """
    own = own_words(text, sent_texts)
    seen = _Seen.of(own.masked, asked, lexicon)
    quoted = scan(own.quoted, lexicon=lexicon) if own.quoted else ()
    told, beside = _told(seen.matches, seen.around, seen.numbers), _beside(seen)
    if "auto_reply" in seen.acts:
        found = (*told, *beside)
    else:
        found = second_opinion(seen.written, lexicon.likeness, told, beside=beside, wide=lexicon.wide)
    findings = (*found, *quoted)
    reading = _assembled(text, own.text, seen, findings, asked, about)
    return replace(reading, reaction=own.reaction, understood=reading.understood and not own.reaction)


def scan(text: str, *, lexicon: Lexicon) -> tuple[Finding, ...]:
    """The danger in a text, whoever wrote it and whatever was asked."""
    words = normalise(text, lexicon.spelling)
    return second_opinion(words, lexicon.likeness, told_by_patterns(words, lexicon=lexicon), wide=lexicon.wide)


def told_by_patterns(words: Words, *, lexicon: Lexicon) -> tuple[Finding, ...]:
    """The danger that patterns alone find in a text; the weights are learnt with it."""
    matches = lexicon.find(words, _DANGER_SORTS)
    return _told(matches, surroundings(words, matches), read_numbers(words, number_words(lexicon)))


@dataclass(frozen=True, slots=True)
class _Seen:
    """Everything found in the words before it is weighed; `words` may have digits where `written` has number words."""

    written: Words
    words: Words
    matches: tuple[Match, ...]
    around: Surroundings
    numbers: tuple[Placed, ...]
    acts: dict[str, list[Match]]
    mentions: tuple[symptoms.Mention, ...]
    rating: Rating
    pain: Rating

    @classmethod
    def of(cls, text: str, asked: Asked, lexicon: Lexicon) -> _Seen:
        words = written = normalise(text, lexicon.spelling)
        if choices.takes_scale(asked):
            words = with_spoken_numbers(words, rating_words(lexicon))
        matches = tuple(match for match in lexicon.find(words) if not match.entry.asked or asked in match.entry.asked)
        around = surroundings(words, matches)
        numbers = read_numbers(words, number_words(lexicon))
        found = symptoms.mentions(matches, numbers, around)
        rated = rating_words(lexicon)
        label = "mood" if asked is Asked.MOOD else "pain"
        rating = choose_rating(words, numbers, rated, label=label, tied=not choices.takes_scale(asked))
        pain = rating if asked is Asked.PAIN else choose_rating(words, numbers, rated, label="pain", tied=True)
        return cls(written, words, matches, around, numbers, kinds.acts_of(matches, around), found, rating, pain)


def _told(matches: Sequence[Match], around: Surroundings, numbers: Sequence[Placed]) -> tuple[Finding, ...]:
    return (*find_danger(matches, around), *weighed_signs(matches, around), *measured(numbers, around, matches))


def _beside(seen: _Seen) -> tuple[Finding, ...]:
    return (*_pain_findings(seen), *_mention_findings(seen), *_act_findings(seen))


def _pain_findings(seen: _Seen) -> list[Finding]:
    found: list[Finding] = []
    pain = seen.pain
    if pain.value is None or pain.placed is None:
        return found
    if pain.value >= _SEVERE_PAIN:
        found.append(_numeric("severe_pain", pain.placed))
    if pain.earlier is not None and pain.value - pain.earlier >= _SHARP_RISE:
        found.append(_numeric("pain_rise", pain.placed))
    return found


def _numeric(topic: str, placed: Placed, severity: Severity = Severity.SEVERE) -> Finding:
    read_number = placed.read
    return Finding(
        topic=topic,
        scope=Scope.PRESENT,
        level=BY_NAME[topic].level,
        severity=severity,
        words=read_number.words,
        start=read_number.start,
        end=read_number.end,
        pattern=f"number-{topic}",
    )


def _mention_findings(seen: _Seen) -> list[Finding]:
    found: list[Finding] = []
    for mention in seen.mentions:
        topic = _topic_of_mention(mention)
        if topic is None and _lasts(mention, seen):
            topic = "lasting_hallucination"
        if topic is not None:
            found.append(_of_words(seen, topic, mention.first, mention.last, mention.read))
    return found


def _lasts(mention: symptoms.Mention, seen: _Seen) -> bool:
    """Whether something unreal outlasts the day of the infusion, as far as the words tell."""
    present = mention.read.severity not in (Severity.NONE, Severity.MILD)
    return present and mention.read.code in ("dissociation", "hallucination") and seen.around.has("lasting")


def _topic_of_mention(mention: symptoms.Mention) -> str | None:
    if mention.strong:
        return "resolved_recent"
    match mention.read.severity:
        case Severity.SEVERE:
            return "severe_symptom"
        case Severity.MODERATE:
            return "low_mood" if mention.read.code == "mood" else "symptom_moderate"
        case Severity.PRESENT:
            return "palpitations" if mention.read.code == "bp_heart" else None
        case _:
            return None


def _of_words(seen: _Seen, topic: str, first: int, last: int, read_symptom: SymptomRead) -> Finding:
    start, end = seen.words.span(first, last)
    return Finding(
        topic=topic,
        scope=Scope.PAST if topic == "resolved_recent" else Scope.PRESENT,
        level=BY_NAME[topic].level,
        severity=read_symptom.severity,
        words=seen.words.original[start:end],
        start=start,
        end=end,
        pattern=read_symptom.pattern,
    )


_ACT_TOPICS = (
    ("question", "question"),
    ("request", "question"),
    ("callback", "callback"),
    ("wrong_number", "wrong_person"),
)


def _act_findings(seen: _Seen) -> list[Finding]:
    found = [
        _of_act(seen, topic, seen.acts[act][0])
        for act, topic in _ACT_TOPICS
        if act in seen.acts and f"{act}_not" not in seen.acts
    ]
    if not found and "asks" in seen.acts and "meta_question" not in seen.acts and len(seen.words.words) > 3:
        found.append(_of_act(seen, "question", seen.acts["asks"][0]))
    return found


def _of_act(seen: _Seen, topic: str, match: Match) -> Finding:
    start, end = seen.words.span(match.first, match.last)
    return Finding(
        topic=topic,
        scope=Scope.PRESENT,
        level=BY_NAME[topic].level,
        severity=Severity.PRESENT,
        words=seen.words.original[start:end],
        start=start,
        end=end,
        pattern=match.entry.id,
    )


def _assembled(
    text: str, new_words: str, seen: _Seen, findings: tuple[Finding, ...], asked: Asked, about: str | None
) -> Reading:
    value = _value(seen, asked)
    symptom_reads = _symptoms(seen, findings, asked, about, value)
    severity = _severity(seen, asked, about, symptom_reads)
    codes = choices.codes_of(seen.words) if asked is Asked.CODES else ()
    choice = choices.choice_of(seen.words, seen.acts) if asked is Asked.CHOICE else None
    reports = bool(symptom_reads or codes or choice or severity is not None) or value is not None
    fitting = kinds.kinds_of(seen.words, seen.acts, findings, asked, reports=reports)
    kind = kinds.winner(fitting)
    level = _level(findings, symptom_reads)
    return Reading(
        text=text,
        new_words=new_words,
        kind=kind,
        kinds=fitting,
        level=level,
        crisis=is_crisis(findings),
        findings=tuple(sorted(findings, key=lambda finding: (-finding.level.rank, finding.start))),
        symptoms=symptom_reads,
        numbers=tuple(placed.read for placed in seen.numbers),
        value=value,
        value_is_range=seen.rating.is_range and value is not None,
        value_is_correction=seen.rating.is_correction and value is not None,
        choice=choice,
        codes=codes,
        severity=severity,
        yes_no=choices.yes_or_no(seen.acts),
        keyword=choices.keyword_of(new_words),
        auto_reply="auto_reply" in seen.acts,
        understood=_understood(kind, asked, value, choice, codes, severity, seen),
        language=language_of(seen.words, seen.matches),
    )


def _value(seen: _Seen, asked: Asked) -> float | None:
    if asked in (Asked.SIDE_EFFECTS, Asked.SIDE_EFFECT_SEVERITY, Asked.CHOICE, Asked.CODES, Asked.SEVERITY):
        return None
    if seen.rating.value is not None:
        return seen.rating.value
    if asked is Asked.PAIN and ("no_pain" in seen.acts or "none_alone" in seen.acts):
        return 0.0
    return 0.0 if asked in (Asked.FREE, Asked.NONE) and "no_pain" in seen.acts else None


def _symptoms(
    seen: _Seen, findings: Sequence[Finding], asked: Asked, about: str | None, value: float | None
) -> tuple[SymptomRead, ...]:
    found = [mention.read for mention in seen.mentions]
    found.extend(_symptoms_of_danger(seen, findings))
    found.extend(_symptoms_of_numbers(seen))
    if asked is Asked.MOOD and value is not None:
        found.append(
            SymptomRead(code="mood", severity=symptoms.severity_of_mood(value), words="", pattern="number-mood")
        )
    if asked is Asked.SIDE_EFFECT_SEVERITY and about is not None:
        return _with_about(seen, found, about)
    return symptoms.merged(found)


def _symptoms_of_danger(seen: _Seen, findings: Sequence[Finding]) -> list[SymptomRead]:
    by_pattern = {match.entry.id: match.entry for match in seen.matches if match.entry.symptom}
    found: list[SymptomRead] = []
    for finding in findings:
        entry = by_pattern.get(finding.pattern)
        if entry is None or entry.symptom is None or finding.topic not in BY_NAME or finding.scope is Scope.IDIOM:
            continue
        if entry.sort in (Sort.DANGER, Sort.WIDER):
            severity = entry.severity if finding.scope.counts else Severity.NONE
            found.append(SymptomRead(code=entry.symptom, severity=severity, words=finding.words, pattern=entry.id))
    return found


def _symptoms_of_numbers(seen: _Seen) -> list[SymptomRead]:
    found: list[SymptomRead] = []
    for placed in seen.numbers:
        number = placed.read
        if number.type is NumberType.BLOOD_PRESSURE:
            found.append(
                SymptomRead(
                    code="bp_heart",
                    severity=_pressure(number.value, number.low),
                    words=number.words,
                    pattern="number-pressure",
                )
            )
    return found


def _pressure(systolic: float, diastolic: float | None) -> Severity:
    low = diastolic or 0.0
    if systolic >= 180 or low >= 120:
        return Severity.SEVERE
    return Severity.MODERATE if systolic >= 140 or low >= 90 else Severity.NONE


def _with_about(seen: _Seen, found: list[SymptomRead], about: str) -> tuple[SymptomRead, ...]:
    """The severity of the symptom asked about, beside whatever else was said."""
    others = [read_symptom for read_symptom in found if read_symptom.code != about]
    own = [read_symptom for read_symptom in found if read_symptom.code == about]
    graded = _grade_of_text(seen)
    if graded is not None:
        own = [SymptomRead(code=about, severity=graded, words=seen.words.original.strip(), pattern="severity-answer")]
    return symptoms.merged([*own, *others])


def _grade_of_text(seen: _Seen) -> Severity | None:
    """How bad the whole text says it is: the number first, else the last word for it that counts.

    The names of the grades beat words that only hint: `moderate. kinda down` is moderate.
    """
    if seen.rating.value is not None:
        return symptoms.severity_on_scale(seen.rating.value)
    grades = _grades(seen)
    if grades:
        return grades[-1]
    return Severity.NONE if seen.acts.keys() & {"none_alone", "all_gone"} else None


def _grades(seen: _Seen) -> list[Severity]:
    found = [match for match in seen.matches if match.entry.sort is Sort.SEVERITY and _grade_counts(match, seen)]
    named = [match for match in found if match.entry.certainty is Certainty.CERTAIN]
    return [Severity(match.entry.topic) for match in named or found]


def _grade_counts(match: Match, seen: _Seen) -> bool:
    around = seen.around
    return not (around.figure(match) or around.denied(match) or around.cue_in_clause("was", match))


def _severity(seen: _Seen, asked: Asked, about: str | None, symptom_reads: tuple[SymptomRead, ...]) -> Severity | None:
    if asked is Asked.SEVERITY:
        return choices.severity_choice(seen.words, _grades(seen))
    if asked is Asked.SIDE_EFFECT_SEVERITY:
        return next((one.severity for one in symptom_reads if one.code == about), _grade_of_text(seen))
    return None


def _level(findings: Sequence[Finding], symptom_reads: Sequence[SymptomRead]) -> Level:
    levels = [finding.level for finding in findings]
    for read_symptom in symptom_reads:
        if read_symptom.severity is Severity.SEVERE:
            levels.append(Level.URGENT)
        elif read_symptom.severity is Severity.MODERATE:
            levels.append(Level.ROUTINE)
    return highest(levels)


def _understood(
    kind: Kind,
    asked: Asked,
    value: float | None,
    choice: int | None,
    codes: tuple[int, ...],
    severity: Severity | None,
    seen: _Seen,
) -> bool:
    """Whether the text settles what was asked, or is something that needs no answer."""
    if kind in (Kind.OPT_OUT, Kind.WRONG_NUMBER, Kind.HELP, Kind.OPT_IN):
        return True
    told = bool(seen.mentions)
    settled = {
        Asked.PAIN: value is not None,
        Asked.MOOD: value is not None or told or bool(seen.acts.keys() & {"state", "report"}),
        Asked.SIDE_EFFECTS: kind is Kind.ANSWER,
        Asked.CODES: bool(codes) or told or "none_alone" in seen.acts,
        Asked.CHOICE: choice is not None,
        Asked.SEVERITY: severity is not None,
        Asked.SIDE_EFFECT_SEVERITY: severity is not None,
        Asked.FREE: True,
        Asked.NONE: True,
    }
    return kind is not Kind.UNCLEAR and settled[asked]


@cache
def number_words(lexicon: Lexicon) -> NumberWords:
    """The lists that type numbers."""
    return NumberWords(
        dose_units=lexicon.words("dose_units"),
        drugs=lexicon.words("drugs"),
        took=lexicon.words("took"),
        durations=lexicon.words("durations"),
        clock=lexicon.words("clock"),
        months=lexicon.words("months"),
        fever=lexicon.words("fever"),
        degrees=lexicon.words("degrees"),
        money=lexicon.words("money"),
        counted=lexicon.words("counted"),
        pressure=lexicon.words("pressure"),
        body=lexicon.words("body"),
        ones=frozenset(),
    )


@cache
def rating_words(lexicon: Lexicon) -> RatingWords:
    """The lists that choose the rating."""
    return RatingWords(
        pain=lexicon.words("pain_label"),
        mood=lexicon.words("mood_label"),
        others=lexicon.words("other_label"),
        past=lexicon.words("rating_past"),
        weak_past=lexicon.words("rating_weak_past"),
        now=lexicon.words("rating_now"),
        moves=lexicon.words("moves"),
        corrections=lexicon.words("corrections"),
        day_parts=lexicon.words("day_parts"),
        homophones=frozenset(),
        number_like=tuple(tuple(pair.split("=", 1)) for pair in lexicon.lists["number_like"]),  # type: ignore[misc]
    )
