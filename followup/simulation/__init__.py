"""A virtual clock with simulated patients, staff and faults; called by the command line and the demo."""
