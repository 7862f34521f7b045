"""Every table of the database, by meaning; importing this package fills the one MetaData."""

from followup.storage.tables import (
    access,
    callbacks,
    care,
    concerns,
    course,
    duty,
    examples,
    mail,
    people,
    proof,
    running,
)
from followup.storage.tables.base import metadata

__all__ = [
    "access",
    "callbacks",
    "care",
    "concerns",
    "course",
    "duty",
    "examples",
    "mail",
    "metadata",
    "people",
    "proof",
    "running",
]
