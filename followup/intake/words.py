"""Words of exports -> values: yes and no, languages, scores, flags, names, what was given. Nothing is guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from followup.intake.cells import Unusable

_YES: Final = frozenset(
    "yes y true t 1 x si s signed granted agreed agree accepted accept consented opted-in opt-in in ok active "
    "acepta aceptado firmado otorgado verdadero on file on-file optin".split()
) | {"on file", "opted in", "opt in", "de acuerdo", "consent signed", "✓", "✔", "☑"}
_NO: Final = frozenset(
    "no n false f 0 declined decline denied refused refuse revoked withdrawn opted-out opt-out out rechaza rechazado "
    "negado revocado falso ninguno none optout".split()
) | {"opted out", "opt out", "no consent", "not signed", "✗", "✘", "☐"}
_LANGUAGES: Final = {
    "en": "en eng english ingles inglesa anglais en-us en_us",
    "es": "es spa esp spanish espanol espanola castellano castilian es-us es-mx es_mx es_us latino",
}
#: Names that Spanish exports have for what schedules call in English.
_SPANISH: Final = {
    "ketamina": "ketamine",
    "lidocaina": "lidocaine",
    "dolor cronico": "chronic pain",
    "depresion": "depression",
    "dolor neuropatico": "neuropathic pain",
    "migrana": "migraine",
}
_SUFFIXES: Final = frozenset("jr sr ii iii iv md do phd rn np pa dds esq".split())
_SCORE: Final = re.compile(r"(\d{1,2}(?:[.,]\d{1,2})?)(?: ?(?:/|out of|of|de|sobre) ?10)?")
_MONTH_SCORE: Final = re.compile(r"\d{1,2}[-/ ][a-z]{3}\.?|[a-z]{3}\.?[-/ ]\d{1,2}", re.IGNORECASE)
_HIGHEST: Final = 10


def plain(text: str) -> str:
    """Small letters without accents, single spaces."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def yes_or_no(text: str) -> bool:
    """Raises Unusable for anything that is neither."""
    word = plain(text).strip(" .!")
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Unusable("is neither yes nor no")


def language_of(text: str) -> str | None:
    """The code of a language by its name or code; None for one that is not known here."""
    word = plain(text)
    for code, names in _LANGUAGES.items():
        if word in names.split() or any(part in names.split() for part in re.split(r"[ ;,(/-]+", word)[:1]):
            return code
    return word if re.fullmatch(r"[a-z]{2}(?:[-_][a-z]{2})?", word) else None


def score_of(text: str) -> float:
    """A score from 0 to 10: `7`, `7.5`, `7,5`, `7/10`. Raises Unusable."""
    word = plain(text)
    found = _SCORE.fullmatch(word)
    if found is None:
        if _MONTH_SCORE.fullmatch(word):
            raise Unusable("was made a date by Excel; write the number alone")
        raise Unusable("must be one number from 0 to 10")
    value = float(found[1].replace(",", "."))
    if value > _HIGHEST:
        raise Unusable("must be a number from 0 to 10")
    return value


def flags_of(text: str, known: Sequence[str]) -> tuple[list[str], bool]:
    """The flags that a list names, and whether it named anything else."""
    words = [plain(part).replace(" ", "_").replace("-", "_") for part in re.split(r"[;,|/+\n]", text)]
    named = [word for word in words if word and word not in {"none", "no", "ninguno", "ninguna"}]
    return [word for word in dict.fromkeys(named) if word in known], any(word not in known for word in named)


def one_of(text: str, choices: Sequence[str]) -> str | None:
    """The one of `choices` that `text` is, or is the only one to name: `Ketamine IV 0.5 mg/kg` names `ketamine`."""
    said = _spaced(text)
    for spanish, english in _SPANISH.items():
        said = said.replace(f" {spanish} ", f" {english} ")
    named = [choice for choice in choices if _spaced(choice) in said]
    longest = max(named, key=len, default=None)  # `bipolar depression` is not `depression` as well
    return longest if longest and all(_spaced(each) in _spaced(longest) for each in named) else None


def _spaced(text: str) -> str:
    return f" {re.sub(r'[^a-z0-9]+', ' ', plain(text)).strip()} "


def name_of(text: str) -> str:
    """A name in the order in which it is said: `LEE, Ann` is `Ann LEE`. `Lee, Jr.` stays."""
    words = " ".join(text.split())
    family, comma, given = words.partition(",")
    if not comma or "," in given or not given.strip() or plain(given).strip(" .").replace(".", "") in _SUFFIXES:
        return words
    return f"{given.strip()} {family.strip()}"


def looks_twice_encoded(text: str) -> bool:
    """Whether accents were spoilt on the way: `JosÃ©`."""
    return re.search("[ÃÂ][\u0080-\u00bf\u2018-\u203a\u0152-\u017e\u02c6\u02dc€™]", text) is not None
