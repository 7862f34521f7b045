"""The stories of tests/stories/test_silence.py under a provider that misbehaves."""

from tests.stories.test_silence import *  # noqa: F403 - all of them
