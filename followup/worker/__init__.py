"""The table of periodic jobs, the loop and the signals; called by worker.py."""
