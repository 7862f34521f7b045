"""The root of every error this product raises on purpose."""

from __future__ import annotations

from dataclasses import dataclass


class FollowupError(Exception):
    """Something that a person can mend; the message says what, where and how.

    The message never carries patient data: it may be logged and shown.
    """


class BadInput(FollowupError):
    """Input that cannot be taken. Nothing was changed."""


class NotFound(FollowupError):
    """The thing asked for is not there."""


class Conflict(FollowupError):
    """What was asked contradicts what is recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake in an input: `at` is a dotted path or `file:line:column`."""

    at: str
    message: str


class InvalidInput(BadInput):
    """Several mistakes at once, so that they can be mended in one go."""

    def __init__(self, summary: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(summary)
        self.problems = problems
