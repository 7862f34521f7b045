"""The JSON interface for other systems, under /api."""
