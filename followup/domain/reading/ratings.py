"""Which number is the rating that a patient means now: ranges, corrections, earlier and other people's numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from followup.domain.reading.normalise import Word, Words
from followup.domain.reading.numbers import Neighbours, Placed
from followup.domain.reading.pattern import ASK, HARD, SOFT
from followup.domain.reading.reading import NumberType

_STOPS = frozenset((HARD, SOFT, ASK))
_RATINGS = frozenset((NumberType.RATING, NumberType.RANGE, NumberType.FRACTION))
_HIGHEST = 10.0
_HYPERBOLE = 15.0
_EARLY = 3
_AS_EVER = frozenset("usual normal always siempre average promedio other first".split())


@dataclass(frozen=True, slots=True)
class RatingWords:
    """The word lists that tell which number counts."""

    pain: frozenset[str]
    mood: frozenset[str]
    others: frozenset[str]
    past: frozenset[str]
    weak_past: frozenset[str]
    now: frozenset[str]
    moves: frozenset[str]
    corrections: frozenset[str]
    day_parts: frozenset[str]
    homophones: frozenset[str]
    number_like: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A number that may be the rating, with the words before and after it."""

    placed: Placed
    before: tuple[str, ...]
    after: tuple[str, ...]
    past: bool = False
    weak: bool = False
    now: bool = False
    negated: bool = False
    corrected: bool = False

    @property
    def value(self) -> float:
        """The rating, hyperbole brought down to the top of the scale."""
        return min(self.placed.read.value, _HIGHEST)


@dataclass(frozen=True, slots=True)
class Rating:
    """The rating that counts, and the earlier one it is compared with by the patient."""

    value: float | None
    is_range: bool = False
    is_correction: bool = False
    earlier: float | None = None
    placed: Placed | None = None


NO_RATING = Rating(None)


def with_spoken_numbers(words: Words, lists: RatingWords) -> Words:
    """A text that answers a 0-10 question, its dictated and misspelt numbers as digits: `its an ate`."""
    content = [word.text for word in words.words if word.text not in _STOPS]
    if len(content) > 40:
        return words
    likes = dict(lists.number_like)
    new: list[Word] = []
    for index, word in enumerate(words.words):
        before = words.words[index - 1].text if index else ""
        after = words.words[index + 1].text if index + 1 < len(words.words) else ""
        heard = _heard(word.text, before, after, len(content), likes)
        new.append(Word(heard, word.start, word.end) if heard else word)
    return _rebuilt(words, new)


def _rebuilt(words: Words, new: Sequence[Word]) -> Words:
    starts: list[int] = []
    offset = 1
    for word in new:
        starts.append(offset)
        offset += len(word.text) + 1
    norm = " " + "".join(word.text + " " for word in new)
    return Words(original=words.original, norm=norm, words=tuple(new), starts=tuple(starts))


_ARTICLES = frozenset(
    "a an un una about like around maybe solid is say at em to than como unos es esta en tipo".split()
)
_AFTER_ONE = frozenset(
    (
        "to",
        "in",
        "sitting",
        "walking",
        "out",
        "/",
        "de",
        "of",
        "or",
        "o",
        "maybe",
        "today",
        "now",
        "ahora",
        "hoy",
        "ahorita",
        ",",
        "|",
        "",
        "right",
        "tonight",
    )
)
_ONES = frozenset(("one", "uno", "una", "won"))


def _heard(word: str, before: str, after: str, length: int, likes: dict[str, str]) -> str | None:
    """The digits a word stands for here, or None."""
    if word in _ONES:
        after_article = before in (
            "a",
            "is",
            "un",
            "to",
            "from",
            "like",
            "maybe",
            "about",
            "",
            "como",
            "es",
            "solo",
            "just",
            "at",
            "level",
            "esta",
            "en",
            "|",
            ",",
            "pain",
            "dolor",
            "only",
            "or",
            "than",
        )
        fits = (
            after_article and after in _AFTER_ONE and not (before in ("|", ",") and after not in ("out", "/", "de", ""))
        )
        return "1" if fits and not (word == "una" and length > 1) else None
    digits = likes.get(word)
    if digits is None:
        return None
    first = before in ("", "|", ",") or before in _ARTICLES
    if length == 1 or (first and len(word) > 3 and word not in _REAL_WORDS):
        return digits
    if word in _TINY:
        return None
    after_ok = after in ("", "|", ",", "out", "today", "now", "right", "hoy", "ahora", "or", "/", "tonight", "de")
    return digits if before in _ARTICLES and before != "to" and after_ok else None


_TINY = frozenset(("to", "too", "for", "sex", "once"))
_REAL_WORDS = frozenset(("once", "tree", "sicks", "forth", "fort", "nine's", "fire", "tends", "seen"))


def choose_rating(words: Words, numbers: Sequence[Placed], lists: RatingWords, *, label: str, tied: bool) -> Rating:
    """The present rating of pain or mood (`label`); `tied`: only a number that is said to be one."""
    candidates = _candidates(words, numbers, lists, label=label)
    if tied:
        candidates = [one for one in candidates if _is_tied(one, words, lists)]
    else:
        candidates = _without_asides(candidates, words, lists)
    live = [one for one in candidates if not one.negated]
    present = [one for one in live if not one.past] or [one for one in live if one.weak][-1:]
    if not present and not tied and len(live) == 1 and _opens(live[0], lists):
        present = live
    if not present:
        return NO_RATING
    return _picked(present, [one for one in live if one.past], mood=label == "mood")


def _without_asides(found: list[Candidate], words: Words, lists: RatingWords) -> list[Candidate]:
    """`3. Sold guitars, all nine`: a text that opens with its number and a full stop may go on about other things."""
    if not found or found[0].placed.first != 0:
        return found
    texts = [word.text for word in words.words]
    if texts[found[0].placed.last + 1 : found[0].placed.last + 2] != [HARD]:
        return found
    return [found[0], *(one for one in found[1:] if one.corrected or one.past or _rates_early(one, texts, lists))]


def _rates_early(candidate: Candidate, texts: Sequence[str], lists: RatingWords) -> bool:
    """Whether its sentence begins with it, or speaks of pain: `5. knee is a 6`."""
    first = candidate.placed.first
    begins = max((at for at in range(first) if texts[at] in _STOPS - {SOFT}), default=-1) + 1
    near = (*candidate.before, *candidate.after)
    return first - begins <= _EARLY or any(word in lists.pain for word in near)


def _opens(candidate: Candidate, lists: RatingWords) -> bool:
    """`6 the usual. going out on sunday`: nobody opens with a number of the past without saying so at once."""
    return candidate.placed.first == 0 and not (set(candidate.after[:2]) - _AS_EVER) & lists.past


def _picked(present: list[Candidate], past: list[Candidate], *, mood: bool) -> Rating:
    chosen = _choose(present, mood=mood)
    earlier = [one.value for one in past if one is not chosen]
    return Rating(
        value=chosen.value,
        is_range=chosen.placed.read.type is NumberType.RANGE,
        is_correction=chosen.corrected,
        earlier=min(earlier) if earlier else None,
        placed=chosen.placed,
    )


def _choose(present: list[Candidate], *, mood: bool) -> Candidate:
    corrected = [one for one in present if one.corrected]
    if corrected:
        return corrected[-1]
    now = [one for one in present if one.now]
    if now and len(now) < len(present):
        return max(now, key=lambda one: one.value)
    if mood:
        return present[-1]
    fresh = [one for one in present if not one.weak]
    if not fresh:
        return present[-1]
    return max(fresh, key=lambda one: one.value)


def _candidates(words: Words, numbers: Sequence[Placed], lists: RatingWords, *, label: str) -> list[Candidate]:
    found: list[Candidate] = []
    for index, placed in enumerate(numbers):
        if not _may_rate(placed, numbers, words):
            continue
        previous_end = numbers[index - 1].last if index else -1
        next_start = numbers[index + 1].first if index + 1 < len(numbers) else len(words.words)
        candidate = _dressed(
            placed, previous_end, next_start, words, lists, later=index + 1 < len(numbers), earlier=bool(found)
        )
        if candidate.after == ("no",) and any(_may_rate(other, numbers, words) for other in numbers[index + 1 :]):
            candidate = replace(candidate, negated=True)  # `8 y medio no, 8`
        if not _of_another(candidate, lists, label=label):
            found.append(candidate)
    return _moved(found, words, lists)


def _may_rate(placed: Placed, numbers: Sequence[Placed], words: Words) -> bool:
    if placed.read.type in _RATINGS:
        return placed.read.value <= _HIGHEST or placed.read.type is NumberType.FRACTION
    alone = len(numbers) == 1 and len(words.words) <= 8
    return placed.read.type is NumberType.OTHER and alone and _HIGHEST < placed.read.value <= _HYPERBOLE


def _dressed(
    placed: Placed, previous_end: int, next_start: int, words: Words, lists: RatingWords, *, later: bool, earlier: bool
) -> Candidate:
    around = Neighbours(words)
    before = tuple(reversed(around.back(placed.first - 1, min(9, placed.first - previous_end - 1))))
    after = _after(around, placed.last + 1, next_start, lists)
    wide = tuple(word.text for word in words.words[max(placed.first - 8, previous_end + 1) : placed.first])
    past, weak = _when(before, after, lists)
    now = any(word in lists.now for word in before) or any(word in lists.now for word in after[:3])
    corrected = _corrects(wide, lists, earlier=earlier)
    return Candidate(
        placed,
        before,
        after,
        past=past and not now and not corrected,
        weak=weak and not now,
        now=now,
        negated=_negated(before, later=later, earlier=earlier),
        corrected=corrected,
    )


def _after(around: Neighbours, first: int, next_start: int, lists: RatingWords) -> tuple[str, ...]:
    """The words after a number, up to the next number or a turn to the present."""
    found: list[str] = []
    for index in range(first, min(next_start, first + 7)):
        word = around.at(index)
        if not word or word in _STOPS or (word in _TURNS and word not in lists.now):
            break
        if word in lists.now and not _closes(around.at(index + 1), before_number=index + 1 == next_start):
            break
        found.append(word)
    return tuple(found)


def _closes(following: str, *, before_number: bool) -> bool:
    """Whether a "now" after a number belongs to it: `6 now, was 4`, not `9 today more like 1`."""
    return not before_number and (not following or following in _STOPS or following in _TURNS)


_TURNS = frozenset(
    (
        "and",
        "y",
        "i",
        "because",
        "so",
        "porque",
        "but",
        "pero",
        "then",
        "luego",
        "now",
        "ahora",
        "ahorita",
        "today",
        "hoy",
        "down",
        "up",
    )
)


def _when(before: tuple[str, ...], after: tuple[str, ...], lists: RatingWords) -> tuple[bool, bool]:
    """Whether the number is of the past, and whether of the same day."""
    said = (*before, "", *after)
    strong = any(word in lists.past and said[at - 1] not in _LIKE for at, word in enumerate(said))
    weak = any(word in lists.weak_past for word in (*before, *after)) or any(word in lists.day_parts for word in after)
    return strong, weak or any(word in lists.day_parts for word in before)


_LIKE = frozenset(("as", "than", "like", "como", "same"))


def _negated(before: tuple[str, ...], *, later: bool, earlier: bool) -> bool:
    near = before[-3:]
    if "not" in near or "ni" in near or "nor" in near or "instead" in near:
        return "sure" not in near and "if" not in near and not ("not" in near and ("only" in near or "too" in near))
    if near[-2:] == ("no", "es") or near[-2:] == ("no", "un"):
        return True
    return bool(near) and near[-1] == "no" and later and not earlier


def _corrects(wide: tuple[str, ...], lists: RatingWords, *, earlier: bool) -> bool:
    strong = any(word in lists.corrections for word in wide)
    if strong:
        return True
    return earlier and bool(wide) and wide[-1] in ("no", "*")


def _of_another(candidate: Candidate, lists: RatingWords, *, label: str) -> bool:
    """Whether the number rates something else: `pain 6 mood 4`."""
    own, strange = (
        (lists.pain, lists.mood | lists.others) if label == "pain" else (lists.mood, lists.pain | lists.others)
    )
    for word in reversed(candidate.before):
        if word in own:
            return False
        if word in strange:
            return True
    if len(candidate.after) > 1 and candidate.after[0] in ("for", "on", "de", "en", "of", "with", "para"):
        rest = candidate.after[1:4]
        return any(word in strange for word in rest) and not any(word in own for word in rest)
    return bool(candidate.after) and candidate.after[0] in strange


def _moved(found: list[Candidate], words: Words, lists: RatingWords) -> list[Candidate]:
    """`went from 2 to 7`: the first is of the past, the second is now."""
    for index in range(len(found) - 1):
        first, second = found[index], found[index + 1]
        between = [word.text for word in words.words[first.placed.last + 1 : second.placed.first]]
        if not 0 < len(between) <= 6 or not any(word in ("to", "a", "into", "hasta", "al") for word in between):
            continue
        moving = any(word in lists.moves for word in (*first.before[-4:], *between))
        if moving:
            found[index] = replace(first, past=True, weak=False, now=False)
            found[index + 1] = replace(second, now=True, past=False, weak=False)
    return found


def _is_tied(candidate: Candidate, words: Words, lists: RatingWords) -> bool:
    """Whether the text says that this number rates pain."""
    near = (*candidate.before[-6:], *candidate.after[:4])
    if any(word in lists.pain for word in near):
        return True
    if candidate.before[-1:] == ("level",):
        return True
    told = any(word.text in lists.pain for word in words.words)
    if told and candidate.placed.read.type is NumberType.FRACTION:
        return True
    stated = candidate.before[-2:] in (("it", "is"), ("is", "a"), ("is", "an")) or candidate.before[-3:-1] == (
        "it",
        "is",
    )
    ends = not candidate.after or candidate.after[0] in ("and", "but", "today", "now", "right", "y", "pero")
    return stated and ends and _is_it(candidate) and candidate.placed.read.type is not NumberType.RANGE


def _is_it(candidate: Candidate) -> bool:
    return "it" in candidate.before[-4:] or "that" in candidate.before[-4:]
