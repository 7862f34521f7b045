"""Runs the service; `python worker.py --help` tells how. Everything is in followup.worker."""

from __future__ import annotations

import sys

from followup.worker.main import main

if __name__ == "__main__":
    sys.exit(main())
