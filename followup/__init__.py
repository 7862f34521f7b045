"""Automated follow-up messaging for infusion clinics."""

__version__ = "0.1.0"
