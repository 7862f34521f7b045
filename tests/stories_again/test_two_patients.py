"""The stories of tests/stories/test_two_patients.py under a provider that misbehaves."""

from tests.stories.test_two_patients import *  # noqa: F403 - all of them
