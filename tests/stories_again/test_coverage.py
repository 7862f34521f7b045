"""The stories of tests/stories/test_coverage.py under a provider that misbehaves."""

from tests.stories.test_coverage import *  # noqa: F403 - all of them
