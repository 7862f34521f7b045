"""Benchmarks: ratios within one run, never a test. `make bench` runs them all."""
