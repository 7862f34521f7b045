"""The stories of tests/stories/test_first_days.py under a provider that misbehaves."""

from tests.stories.test_first_days import *  # noqa: F403 - all of them
