"""Every number of a text with its type; which of them answers the question is for `ratings`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from followup.domain.reading.normalise import Words
from followup.domain.reading.pattern import ASK, HARD, SOFT
from followup.domain.reading.reading import NumberRead, NumberType

_STOPS = frozenset((HARD, SOFT, ASK))
_HIGHEST = 10.0


@dataclass(frozen=True, slots=True)
class NumberWords:
    """The word lists that tell numbers apart."""

    dose_units: frozenset[str]
    drugs: frozenset[str]
    took: frozenset[str]
    durations: frozenset[str]
    clock: frozenset[str]
    months: frozenset[str]
    fever: frozenset[str]
    degrees: frozenset[str]
    money: frozenset[str]
    counted: frozenset[str]
    pressure: frozenset[str]
    body: frozenset[str]
    ones: frozenset[str]


@dataclass(frozen=True, slots=True)
class Token:
    """A number among the words: its value, and the indexes it covers."""

    value: float
    first: int
    last: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """A read number with the words it covers."""

    read: NumberRead
    first: int
    last: int


class Neighbours:
    """The words around a number, by distance; empty text beyond the edge of the text."""

    __slots__ = ("_words",)

    def __init__(self, words: Words) -> None:
        self._words = words.words

    def at(self, index: int) -> str:
        """The word at an index, or nothing."""
        return self._words[index].text if 0 <= index < len(self._words) else ""

    def run(self, first: int, count: int) -> tuple[str, ...]:
        """Up to `count` words from `first` within the same clause."""
        found: list[str] = []
        for index in range(first, first + count):
            word = self.at(index)
            if not word or word in _STOPS:
                break
            found.append(word)
        return tuple(found)

    def back(self, last: int, count: int) -> tuple[str, ...]:
        """Up to `count` words that end at `last`, nearest first, within the same clause."""
        found: list[str] = []
        for index in range(last, last - count, -1):
            word = self.at(index)
            if not word or word in _STOPS:
                break
            found.append(word)
        return tuple(found)


def tokens_of(words: Words) -> tuple[Token, ...]:
    """Digits (number words are digits by now), halves joined: `5 and a half` is 5.5."""
    around = Neighbours(words)
    found: list[Token] = []
    for index, word in enumerate(words.words):
        if word.text[0].isdigit() and _is_number(word.text):
            found.append(_with_half(word.text, index, around))
    return tuple(found)


def _is_number(text: str) -> bool:
    return text.count(".") <= 1 and text.replace(".", "").isdecimal() and text.isascii() and len(text) < 16


_HALVES = (("and", "a", "half"), ("and", "half"), ("y", "medio"), ("y", "media"), ("1", "/", "2"), ("\u00bd",))


def _with_half(text: str, index: int, around: Neighbours) -> Token:
    value = float(text)
    for half in _HALVES:
        if tuple(around.at(index + 1 + step) for step in range(len(half))) == half:
            return Token(value + 0.5, index, index + len(half), text)
    return Token(value, index, index, text)


def read_numbers(words: Words, lists: NumberWords) -> tuple[Placed, ...]:
    """Every number with its type, in the order of the text."""
    around = Neighbours(words)
    tokens = tokens_of(words)
    placed: list[Placed] = []
    at = 0
    while at < len(tokens):
        made, used = _read_at(tokens, at, around, lists, words)
        placed.append(made)
        at += used
    return tuple(placed)


def _read_at(
    tokens: tuple[Token, ...], at: int, around: Neighbours, lists: NumberWords, words: Words
) -> tuple[Placed, int]:
    for reader in (_pressure, _fraction, _phone, _date, _clock_time, _range):
        made = reader(tokens, at, around, lists)
        if made is not None:
            kind, value, low, used, last = made
            return _place(words, tokens[at].first, last, kind, value, low), used
    token = tokens[at]
    return _place(words, token.first, token.last, _single(token, around, lists), token.value, None), 1


def _place(words: Words, first: int, last: int, kind: NumberType, value: float, low: float | None) -> Placed:
    start, end = words.span(first, last)
    return Placed(
        NumberRead(value=value, type=kind, words=words.original[start:end], start=start, end=end, low=low), first, last
    )


# Each of these reads more than one number at once: (type, value, low end, numbers used, last word).
_Several = tuple[NumberType, float, float | None, int, int]
_Reader = Callable[[tuple[Token, ...], int, Neighbours, NumberWords], _Several | None]


def _next(
    tokens: tuple[Token, ...], at: int, around: Neighbours, joiners: frozenset[str], most: int = 1
) -> Token | None:
    """The next number when only these joining words stand between."""
    if at + 1 >= len(tokens):
        return None
    token, following = tokens[at], tokens[at + 1]
    between = [around.at(index) for index in range(token.last + 1, following.first)]
    if len(between) > most or not all(word in joiners for word in between):
        return None
    return following


_PHONE_JOINERS = frozenset(("-", SOFT, HARD))
_MOST_GROUPS = 6


def _phone(tokens: tuple[Token, ...], at: int, around: Neighbours, _: NumberWords) -> _Several | None:
    used, digits = 1, _digits(tokens[at])
    while used < _MOST_GROUPS and len(_digits(tokens[at])) > 2 and _next(tokens, at + used - 1, around, _PHONE_JOINERS):
        group = _digits(tokens[at + used])
        if len(group) not in (2, 3, 4, 7):
            break
        digits += group
        used += 1
    if len(digits) < 7:
        return None
    return NumberType.PHONE, tokens[at].value, None, used, tokens[at + used - 1].last


def _digits(token: Token) -> str:
    return token.text.replace(".", "")


def _date(tokens: tuple[Token, ...], at: int, around: Neighbours, lists: NumberWords) -> _Several | None:
    slash = frozenset(("/", "-"))
    second = _next(tokens, at, around, slash)
    if second is not None and second.first > tokens[at].last + 1:
        third = _next(tokens, at + 1, around, slash)
        if third is not None and third.first > second.last + 1:
            return NumberType.DATE, tokens[at].value, None, 3, third.last
    token = tokens[at]
    if len(token.text) > 1 and token.text.startswith("0") and "." not in token.text:
        return NumberType.DATE, token.value, None, 1, token.last
    near = (
        around.at(token.first - 1),
        around.at(token.last + 1),
        around.at(token.first - 2),
        around.at(token.last + 2),
    )
    if near[0] in lists.months or near[1] in lists.months:
        return NumberType.DATE, token.value, None, 1, token.last
    if near[1] == "de" and near[3] in lists.months:
        return NumberType.DATE, token.value, None, 1, token.last
    if near[1] in _ORDINALS or near[0] in (
        "dia",
        "room",
        "cuarto",
        "apt",
        "age",
        "edad",
        "day",
        "born",
        "infusion",
        "gate",
        "line",
        "option",
        "number",
        "#",
        "page",
        "chapter",
        "season",
        "channel",
        "unit",
        "suite",
        "highway",
        "route",
        "hwy",
        "exit",
    ):
        return NumberType.DATE, token.value, None, 1, token.last
    if token.value >= 1900 and token.value < 2100 and token.value == int(token.value):
        return NumberType.DATE, token.value, None, 1, token.last
    return None


_ORDINALS = frozenset(("th", "st", "nd", "rd", "ra", "er", "ta", "esta", "da"))


def _clock_time(tokens: tuple[Token, ...], at: int, around: Neighbours, lists: NumberWords) -> _Several | None:
    second = _next(tokens, at, around, frozenset((":",)))
    token = tokens[at]
    if second is not None and _colon(around, token, second):
        return NumberType.TIME, token.value, None, 2, second.last
    if _says_clock(token, around, lists):
        return NumberType.TIME, token.value, None, 1, token.last
    return None


def _colon(around: Neighbours, token: Token, second: Token) -> bool:
    return second.first == token.last + 2 and around.at(token.last + 1) == ":"


_RATING_VERBS = frozenset(
    "pain is am still sitting hovering stuck staying holding stays stayed "
    "steady right maybe hurts hurting hangs hanging now "
    "was it be "
    "dolor esta anda sigue ando estoy level put rate rated day started start began".split()
)


def _says_clock(token: Token, around: Neighbours, lists: NumberWords) -> bool:
    after = around.run(token.last + 1, 3)
    before = around.back(token.first - 1, 2)
    if after and _clock_word(after, before, lists):
        return True
    if not before or token.value > _HIGHEST_HOUR or _site_after(after, lists):
        return False
    if before[0] in _CLOCK_FOR_SURE:
        return True
    return before[0] in _CLOCK_MAYBE and _meets_or_stands_apart(token, before, around)


def _clock_word(after: tuple[str, ...], before: tuple[str, ...], lists: NumberWords) -> bool:
    """`3 pm`, `at 3 in the morning`; a `3ish` alone is no time."""
    if after[0] in lists.clock and after[0] != "ish":
        return True
    return bool(before) and before[0] in _BEFORE_CLOCK and _names_part_of_day(after)


def _names_part_of_day(after: tuple[str, ...]) -> bool:
    return len(after) > 2 and after[:2] in (("in", "the"), ("de", "la"), ("of", "the")) and after[2] in _PARTS_OF_DAY


def _meets_or_stands_apart(token: Token, before: tuple[str, ...], around: Neighbours) -> bool:
    """`my appointment is at 10`, `stopped at 4`; but not `it is at 4`, `sitting at 8`."""
    if set(around.back(token.first - 1, 6)) & _MEETINGS:
        return True
    if len(before) > 1 and before[1] == "up":
        return around.at(token.first - 3) not in ("ended", "end", "ends", "ending", "wound")
    return len(before) > 1 and before[1] not in _RATING_VERBS


_HIGHEST_HOUR = 12
_BEFORE_CLOCK = frozenset(
    ("las", "la", "at", "around", "by", "after", "before", "since", "till", "until", "about", "from")
)
_CLOCK_FOR_SURE = frozenset(("las", "la", "since", "until", "after", "before", "despues", "till"))
_CLOCK_MAYBE = frozenset(("at", "around", "by"))
_MEETINGS = frozenset(
    "appointment appointments ride infusion visit meet open opens close closes there come see".split()
)
_PARTS_OF_DAY = frozenset("morning afternoon evening night manana tarde noche madrugada".split())


def _site_after(after: tuple[str, ...], lists: NumberWords) -> bool:
    return bool(after) and (after[0] in lists.body or after[0] in ("out", "/", "sitting", "walking", "resting"))


_OVER = frozenset(("/", "over", "sobre", "con", "on"))


def _pressure(tokens: tuple[Token, ...], at: int, around: Neighbours, lists: NumberWords) -> _Several | None:
    token = tokens[at]
    named = any(word in lists.pressure for word in around.back(token.first - 1, 6))
    joined = _next(tokens, at, around, _OVER)
    if joined is None and named:
        joined = _next(tokens, at, around, frozenset((SOFT, "and", "y", "-")))
    if joined is not None and 70 <= token.value <= 300 and 30 <= joined.value <= 200 and joined.value < token.value:
        return NumberType.BLOOD_PRESSURE, token.value, joined.value, 2, joined.last
    if (
        joined is not None
        and named
        and 7 <= token.value <= 30
        and 4 <= joined.value <= 20
        and token.value > joined.value
    ):
        # Spoken in tens in much of Latin America: `18 con 11` is 180/110.
        return NumberType.BLOOD_PRESSURE, token.value * 10, joined.value * 10, 2, joined.last
    if named and 120 <= token.value <= 300:
        return NumberType.BLOOD_PRESSURE, token.value, None, 1, token.last
    return None


_OUT_OF = (
    ("/",),
    ("out", "of"),
    ("of",),
    ("out", "of", "a"),
    ("de",),
    ("sobre",),
    ("de", "un"),
    ("on", "a", "scale", "of"),
)


def _fraction(tokens: tuple[Token, ...], at: int, around: Neighbours, _: NumberWords) -> _Several | None:
    token = tokens[at]
    if at + 1 >= len(tokens):
        return None
    following = tokens[at + 1]
    between = tuple(around.at(index) for index in range(token.last + 1, following.first))
    if (
        between in _OUT_OF
        and following.value in (10.0, 100.0)
        and not (token.value > following.value and between == ("/",))
    ):
        value = token.value if following.value == _HIGHEST else token.value / 10
        return NumberType.FRACTION, value, None, 2, following.last
    if between in _OUT_OF and following.value == _HIGHEST:
        return NumberType.FRACTION, token.value, None, 2, following.last
    return None


_RANGE_JOINERS = frozenset(("-", "to", "or", "o", "a", "y", "and", "/", "u", "~"))


def _range(tokens: tuple[Token, ...], at: int, around: Neighbours, lists: NumberWords) -> _Several | None:
    token, second = tokens[at], _next(tokens, at, around, _RANGE_JOINERS, most=2)
    if second is None or second.first == token.last + 1:
        return None
    if not (token.value <= _HIGHEST and second.value <= _HIGHEST):
        return None
    joiner = around.at(token.last + 1)
    before = around.back(token.first - 1, 3)
    if joiner in ("and", "y") and "between" not in before and "entre" not in before:
        return None
    if joiner in ("to", "a") and any(word in _MOVES for word in before):
        return None
    if _unit_after(second, around, lists):
        return NumberType.OTHER, second.value, token.value, 2, second.last
    return NumberType.RANGE, max(token.value, second.value), min(token.value, second.value), 2, second.last


_MOVES = frozenset(
    "from went gone going jumped shot climbed rose dropped fell down up back de subio bajo paso brinco "
    "salto cambio moved "
    "changed".split()
)


def _unit_after(token: Token, around: Neighbours, lists: NumberWords) -> bool:
    after = around.at(token.last + 1)
    return after in lists.durations or after in lists.dose_units or after in lists.counted or after in lists.clock


def _single(token: Token, around: Neighbours, lists: NumberWords) -> NumberType:
    for test, kind in _SINGLES:
        if test(token, around, lists):
            return kind
    return NumberType.RATING if token.value <= _HIGHEST else NumberType.OTHER


def _is_money(token: Token, around: Neighbours, lists: NumberWords) -> bool:
    return around.at(token.first - 1) == "$" or around.at(token.last + 1) in lists.money


def _is_temperature(token: Token, around: Neighbours, lists: NumberWords) -> bool:
    plausible = 35 <= token.value <= 43 or 95 <= token.value <= 110
    named = any(word in lists.fever for word in (*around.back(token.first - 1, 5), *around.run(token.last + 1, 3)))
    exact = 100.0 < token.value < 108.0 and token.value != int(token.value)
    return plausible and (named or exact or around.at(token.last + 1) in lists.degrees)


def _is_dose(token: Token, around: Neighbours, lists: NumberWords) -> bool:
    after, before = around.run(token.last + 1, 3), around.back(token.first - 1, 2)
    if after and (after[0] in lists.dose_units or after[0] in lists.drugs):
        return True
    if (
        len(after) > 1
        and after[0] in ("of", "de", "extra", "more", "mas")
        and (
            after[1] in ("the", "my", "those", "las", "los", "mis", "them", "these")
            or after[1] in lists.drugs
            or after[1] in lists.dose_units
        )
    ):
        return True
    if before and before[0] in lists.took:
        return True
    return bool(before) and before[0] in lists.drugs and token.value > _HIGHEST


def _is_duration(token: Token, around: Neighbours, lists: NumberWords) -> bool:
    after = around.run(token.last + 1, 3)
    if not after:
        return False
    if after[0] in lists.durations:
        return True
    return (
        len(after) > 1
        and after[0]
        in ("more", "full", "straight", "whole", "or", "mas", "o", "solid", "good", "long", "-", "different")
        and after[1] in lists.durations
    )


def _is_count(token: Token, around: Neighbours, lists: NumberWords) -> bool:
    after = around.run(token.last + 1, 2)
    if not after:
        return False
    if after[0] in lists.counted or after[0] in ("%", "x"):
        return True
    return _counts_plural(after, lists)


_NOT_PLURAL = frozenset(
    "is was its always sometimes this yes thats plus less as perhaps mas pues gracias es las los unless besides across "
    "thanks miss hurts aches throbs sits stays feels burns pues tras dios towards afterwards has does stands "
    "antes ahora entonces sis bless guess ms mrs pass hours days minutes nomas "
    "despues ademas quizas menos jamas".split()
)


def _counts_plural(after: tuple[str, ...], lists: NumberWords) -> bool:
    word = after[0]
    return (
        len(word) > 3
        and word.endswith("s")
        and not word.endswith("ss")
        and word not in _NOT_PLURAL
        and word not in lists.body
    )


_NAMED_BY_NUMBER = frozenset(
    "bus bldg building table seat lane version question chapter episode season book floor aisle platform flight "
    "channel apartment apto ward bed extension ext calle avenida piso cuarto puerta camion ruta mesa asiento edificio "
    "cama pagina capitulo temporada turned turns turning turn cumplio cumple cumplen cumplir grade grado".split()
)
_TENS = frozenset(
    "twenty thirty forty fifty sixty seventy eighty ninety veinti treinta cuarenta cincuenta sesenta setenta ochenta "
    "noventa".split()
)
_GIVEN_TO_WAIT = frozenset("ask text call back there home try again ready done llego vuelvo regreso llamo".split())


def _is_name_or_age(token: Token, around: Neighbours, _: NumberWords) -> bool:
    """`bus 9`, `my son turned 8`, `eighty-eight`, `4 of us`, `24/7`."""
    before, after = around.back(token.first - 1, 2), around.run(token.last + 1, 2)
    if before and (before[0] in _NAMED_BY_NUMBER or before[0] in _TENS):
        return True
    if after[:1] == ("of",) and after[1:] and after[1] in ("us", "them", "you", "my", "our", "nosotros"):
        return True
    return before[:1] == ("/",) and len(before) > 1 and before[1].isdigit() and int(before[1]) > _HIGHEST


def _is_scale_end(token: Token, around: Neighbours, _: NumberWords) -> bool:
    """`is 10 good or bad?`: the scale itself, not where the pain is on it."""
    after = around.run(token.last + 1, 4)
    ends = {"good", "bad", "best", "worst", "bueno", "malo", "mejor", "peor"}
    if len(after) > 2 and after[0] in ends and after[1] in ("or", "o") and after[2] in ends:
        return True
    return len(after) > 2 and after[0] == "the" and after[1] in ends and after[2] == "end"


def _is_wait(token: Token, around: Neighbours, _: NumberWords) -> bool:
    """`ask me in 5`, `tengo cita el 5`."""
    before = around.back(token.first - 1, 5)
    if not before:
        return False
    if before[0] in ("in", "en") and not around.run(token.last + 1, 1):
        return bool(_GIVEN_TO_WAIT & set(before[1:]))
    return before[0] in ("el", "on", "the") and bool(_DATED & set(before[1:]))


_DATED = frozenset("cita appointment appt visita visit infusion suero sesion due scheduled booked".split())


_SINGLES: tuple[tuple[Callable[[Token, Neighbours, NumberWords], bool], NumberType], ...] = (
    (_is_money, NumberType.OTHER),
    (_is_name_or_age, NumberType.COUNT),
    (_is_scale_end, NumberType.OTHER),
    (_is_wait, NumberType.TIME),
    (_is_temperature, NumberType.TEMPERATURE),
    (_is_dose, NumberType.DOSE),
    (_is_duration, NumberType.DURATION),
    (_is_count, NumberType.COUNT),
)
