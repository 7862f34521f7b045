"""The stories of tests/stories/test_stop_everywhere.py under a provider that misbehaves."""

from tests.stories.test_stop_everywhere import *  # noqa: F403 - all of them
