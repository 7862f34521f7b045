"""One template file: plain text with `{{ name }}` in it, and nothing else; read here, filled in by the catalogue.

Jinja's own parser reads the file, then only text and bare names are let through. Nothing is ever compiled or run,
so that no filter, attribute, call or loop can be reached from a template (OWASP ASVS 1.3.7).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from followup.content.problems import Place, Report, listed, nearest, place_at
from followup.errors import FollowupError

#: Twilio takes at most 1,600 characters; an e-mail of ours needs no more either.
MOST_CHARACTERS = 4_000

# Used for its parser alone; autoescaping has no part in that.
_PARSER = SandboxedEnvironment(autoescape=True)
_OPENING = re.compile(r"\{[{%#]")
_VARIABLE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_SUBJECT = re.compile(r"Subject: *(?P<subject>[^\n]*)\n")


@dataclass(frozen=True, slots=True)
class Variable:
    """A `{{ name }}` of a template."""

    name: str


@dataclass(frozen=True, slots=True)
class Parts:
    """A text cut at its variables."""

    parts: tuple[str | Variable, ...]

    @property
    def variables(self) -> frozenset[str]:
        """The names that must be given."""
        return frozenset(part.name for part in self.parts if isinstance(part, Variable))

    def fill(self, values: Mapping[str, str], where: str) -> str:
        """The text with every variable's value in it. Raises FollowupError naming a variable without one."""
        missing = self.variables - values.keys()
        if missing:
            raise FollowupError(f"template {where} needs a value for {listed(sorted(missing))}; none was given")
        return "".join(part if isinstance(part, str) else values[part.name] for part in self.parts)


def read_parts(report: Report, allowed: frozenset[str]) -> Parts:
    """The parts of the template that `report` is about; every mistake in it is noted in the report."""
    text = report.text.replace("\r\n", "\n")
    if len(text) > MOST_CHARACTERS:
        report.add(Place(1, 1), f"a template holds at most {MOST_CHARACTERS:,} characters")
        return Parts(())
    if not text.strip():
        report.add(Place(1, 1), "this template is empty")
    body = _parsed(text, report)
    if body is None:
        return Parts(())
    places = (place_at(text, found.start()) for found in _VARIABLE.finditer(text))
    parts: list[str | Variable] = []
    for node in body:
        if isinstance(node, nodes.TemplateData):
            parts.append(node.data)
            continue
        place = next(places, Place(1, 1))
        name = node.name if isinstance(node, nodes.Name) else None
        _check_name(name, place, allowed, report)
        parts.append(Variable(name or "?"))
    _check_braces(text, report)
    return Parts(tuple(parts))


def _parsed(text: str, report: Report) -> list[nodes.Node] | None:
    for found in _OPENING.finditer(text):
        if found.group() != "{{":
            report.add(
                place_at(text, found.start()), f"only {{{{ name }}}} may stand in a template, not `{found.group()}`"
            )
    if report:
        return None
    try:
        tree = _PARSER.parse(text)
    except (TemplateSyntaxError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        column = text.splitlines()[line - 1].find("{{") + 1 if line <= len(text.splitlines()) else 1
        report.add(Place(line, max(column, 1)), "this is no {{ name }}; only a plain name may stand between the braces")
        return None
    outputs = [node for node in tree.body if isinstance(node, nodes.Output)]
    return [node for output in outputs for node in output.nodes]


def _check_name(name: str | None, place: Place, allowed: frozenset[str], report: Report) -> None:
    if name is None:
        report.add(place, "only a plain name may stand between the braces: {{ name }}")
    elif name not in allowed:
        hint = nearest(name, sorted(allowed)) or f"; this text may use {listed(sorted(allowed)) or 'none'}"
        report.add(place, f"unknown variable `{name}`{hint}")


def _check_braces(text: str, report: Report) -> None:
    """A brace outside of `{{ name }}` is nearly always a forgotten second one, and would be read by patients."""
    rest = _VARIABLE.sub(lambda found: " " * len(found.group()), text)
    for found in re.finditer(r"[{}]", rest):
        report.add(place_at(text, found.start()), f"a single `{found.group()}`; variables are written {{{{ name }}}}")


def split_subject(text: str) -> tuple[str | None, str]:
    """The subject in the first line of an e-mail template, and the rest."""
    found = _SUBJECT.match(text)
    if found is None:
        return None, text
    return found["subject"].strip(), text[found.end() :]
