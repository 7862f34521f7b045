"""The stories of tests/stories/test_clock_changes.py under a provider that misbehaves."""

from tests.stories.test_clock_changes import *  # noqa: F403 - all of them
