"""What becomes of a patient's text while a person talks with them: danger and stop words as always, the rest is theirs.

Called by read_inbound. Nothing is taken as the answer to a question of the service: "7" may answer the person.
"""

from __future__ import annotations

from dataclasses import replace

from followup.domain.effects import Decision, Effect, GiveConsent, RaiseConcern, Say, SwitchLanguage
from followup.domain.evidence import inputs_of, understood_as
from followup.domain.level import Level
from followup.domain.message import MessageClass
from followup.domain.reading import Kind
from followup.domain.schedule import Configuration, EventKind
from followup.domain.triage import Evidence, triage

#: What the patient asks of the service itself is done whoever talks with them.
_OF_THE_SERVICE = frozenset(
    {Kind.OPT_OUT.value, Kind.OPT_IN.value, Kind.HELP.value, "reaction", "auto_reply", "quoted"}
)


def beside_talk(decision: Decision, configuration: Configuration, *, read_along: bool) -> Decision:
    """The decision about a text, changed for a talk that goes on.

    `read_along`: somebody has the talk on the screen. Where nobody has, the text is told as a routine task.
    """
    if decision.level.at_least(Level.URGENT) or decision.kind in _OF_THE_SERVICE or _ends_texts(decision):
        return decision
    kept: tuple[Effect, ...] = tuple(effect for effect in decision.effects if _stands(effect))
    if read_along or any(isinstance(effect, RaiseConcern) for effect in kept):
        return replace(decision, effects=kept)
    told = next((effect for effect in decision.effects if isinstance(effect, RaiseConcern)), None)
    return replace(decision, effects=(*kept, told or _nobody_reads(configuration)))


def _stands(effect: Effect) -> bool:
    """What belongs to an emergency that is open is told and answered as ever; and so is a change of language."""
    if isinstance(effect, RaiseConcern):
        return effect.join is not None
    if isinstance(effect, Say):
        return effect.message_class is MessageClass.SAFETY
    return isinstance(effect, SwitchLanguage)


def _ends_texts(decision: Decision) -> bool:
    """Whether the decision is about consent or a keyword of the provider."""
    return any(
        isinstance(effect, GiveConsent) or (isinstance(effect, Say) and effect.message_class is MessageClass.KEYWORD)
        for effect in decision.effects
    )


def _nobody_reads(configuration: Configuration) -> RaiseConcern:
    evidence = Evidence(events=frozenset({EventKind.UNFILED}))
    return RaiseConcern(
        triage=triage(evidence, configuration.rules),
        understood=understood_as(evidence),
        inputs=inputs_of(evidence),
        note="the patient wrote in a talk that nobody has on the screen",
    )
