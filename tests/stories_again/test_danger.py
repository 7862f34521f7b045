"""The stories of tests/stories/test_danger.py under a provider that misbehaves."""

from tests.stories.test_danger import *  # noqa: F403 - all of them
