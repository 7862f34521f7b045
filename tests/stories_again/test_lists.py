"""The stories of tests/stories/test_lists.py under a provider that misbehaves."""

from tests.stories.test_lists import *  # noqa: F403 - all of them
