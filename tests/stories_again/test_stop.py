"""The stories of tests/stories/test_stop.py under a provider that misbehaves."""

from tests.stories.test_stop import *  # noqa: F403 - all of them
