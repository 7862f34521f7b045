"""The stories of tests/stories/test_strangers_and_staff.py under a provider that misbehaves."""

from tests.stories.test_strangers_and_staff import *  # noqa: F403 - all of them
