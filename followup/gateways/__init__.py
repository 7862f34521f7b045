"""The outside world, one file per channel on one port; wired by bootstrap, called by services."""
