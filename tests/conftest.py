"""What every test has: databases of its own, no network, and random examples that do not depend on a slow machine."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

from tests.support.network import forbid_network

pytest_plugins = ["tests.support.databases"]

forbid_network()

# A busy machine is no failure. In hosted runs the examples are the same each time, so that a red run can be repeated.
settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("local"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")
