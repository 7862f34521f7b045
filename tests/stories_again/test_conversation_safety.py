"""The stories of tests/stories/test_conversation_safety.py under a provider that misbehaves."""

from tests.stories.test_conversation_safety import *  # noqa: F403 - all of them
