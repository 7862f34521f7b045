"""The stories of tests/stories/test_edits.py under a provider that misbehaves."""

from tests.stories.test_edits import *  # noqa: F403 - all of them
