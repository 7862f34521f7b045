"""The texts of the product by key, language and channel; services ask it for the words they send."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from followup.content import sms
from followup.content.template_keys import EMAIL_CHECK_IN, EMAIL_REPLY, TEMPLATE_KEYS
from followup.content.template_source import Parts
from followup.domain.people import Channel
from followup.errors import FollowupError

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedText:
    """A text ready to be sent; `subject` by e-mail only. `template_hash` names the very template it was made from."""

    subject: str | None
    body: str
    template_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateId:
    """Which file a text comes from. `discreet` is the version that leaves out the word pain."""

    key: str
    language: str
    channel: Channel
    discreet: bool = False

    @property
    def path(self) -> str:
        """The file's path below the template folder."""
        discreet = ".discreet" if self.discreet else ""
        return f"messages/{self.key}/{self.language}{discreet}.{self.channel.value}.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A template that was read without mistakes."""

    id: TemplateId
    body: Parts
    subject: Parts | None
    hash: str


def template_hash(text: str) -> str:
    """SHA-256 of a template file's text, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All texts of one version of the content. `questions` are the keys of the texts that only questions use."""

    templates: Mapping[TemplateId, Template]
    questions: frozenset[str] = frozenset()
    staff_language: str = "en"

    def render(
        self,
        key: str,
        *,
        language: str,
        channel: Channel,
        values: Mapping[str, str],
        fold: bool = False,
        discreet: bool = False,
    ) -> RenderedText:
        """The text `key` in `language` for `channel`, with `values` filled in.

        By SMS look-alikes become plain characters and, with `fold`, á í ó ú become a i o u. By e-mail a check-in
        becomes the neutral EMAIL_CHECK_IN and any other text without an e-mail version stands within
        EMAIL_REPLY. What is spoken on a call has a version of its own. Values are put in as they are: they are never
        read as templates. Texts for staff fall back to the staff language. Raises FollowupError for an unknown key,
        language or a missing value.
        """
        clean = {name: _CONTROL.sub(" ", value) for name, value in values.items()}
        if channel is Channel.EMAIL:
            return self._by_email(key, language, clean, discreet=discreet)
        if channel is Channel.VOICE:
            spoken = self._find(key, language, Channel.VOICE, discreet=False)
            words = " ".join(spoken.body.fill(clean, spoken.id.path).split())
            return RenderedText(subject=None, body=words, template_hash=spoken.hash)
        template = self._find(key, language, Channel.SMS, discreet=discreet)
        body = template.body.fill(clean, template.id.path).strip()
        return RenderedText(subject=None, body=sms.normalise(body, fold=fold), template_hash=template.hash)

    def variables(self, key: str, *, language: str, channel: Channel = Channel.SMS) -> frozenset[str]:
        """The names for which `render` needs values."""
        template = self._find(key, language, channel, discreet=False)
        return template.body.variables | (template.subject.variables if template.subject else frozenset())

    def has(self, key: str, language: str, channel: Channel, *, discreet: bool = False) -> bool:
        """Whether there is a file for exactly this text."""
        return TemplateId(key=key, language=language, channel=channel, discreet=discreet) in self.templates

    def _by_email(self, key: str, language: str, values: Mapping[str, str], *, discreet: bool) -> RenderedText:
        if self.has(key, language, Channel.EMAIL) or self._for_staff(key):
            return self._email(self._find(key, language, Channel.EMAIL, discreet=False), values)
        if key in self.questions:
            return self._email(self._find(EMAIL_CHECK_IN, language, Channel.EMAIL, discreet=False), values)
        inner = self._find(key, language, Channel.SMS, discreet=discreet)
        text = inner.body.fill(values, inner.id.path).strip()
        wrapper = self._find(EMAIL_REPLY, language, Channel.EMAIL, discreet=False)
        wrapped = self._email(wrapper, {**values, "text": text})
        return replace(wrapped, template_hash=inner.hash)

    def _email(self, template: Template, values: Mapping[str, str]) -> RenderedText:
        body = template.body.fill(values, template.id.path).strip() + "\n"
        subject = template.subject.fill(values, template.id.path).strip() if template.subject else None
        return RenderedText(subject=subject, body=body, template_hash=template.hash)

    def _find(self, key: str, language: str, channel: Channel, *, discreet: bool) -> Template:
        languages = (language, self.staff_language) if self._for_staff(key) else (language,)
        for candidate in languages:
            for wanted in (True, False) if discreet else (False,):
                found = self.templates.get(TemplateId(key=key, language=candidate, channel=channel, discreet=wanted))
                if found is not None:
                    return found
        path = TemplateId(key=key, language=language, channel=channel).path
        raise FollowupError(f"there is no template {path}; add the file and publish it")

    def _for_staff(self, key: str) -> bool:
        known = TEMPLATE_KEYS.get(key)
        return known is not None and known.audience.for_staff
