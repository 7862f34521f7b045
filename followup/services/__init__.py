"""Use cases, one file each; called by web, simulation, the worker and the command line."""
