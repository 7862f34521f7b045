"""The stories of tests/stories/test_series.py under a provider that misbehaves."""

from tests.stories.test_series import *  # noqa: F403 - all of them
