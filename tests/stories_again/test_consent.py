"""The stories of tests/stories/test_consent.py under a provider that misbehaves."""

from tests.stories.test_consent import *  # noqa: F403 - all of them
