"""The stories of tests/stories/test_rules.py under a provider that misbehaves."""

from tests.stories.test_rules import *  # noqa: F403 - all of them
