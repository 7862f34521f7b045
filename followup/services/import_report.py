"""What came of an import, in words: for whoever ran it, and as a text that can be mailed to whoever sent the file.

Neither holds anything of the file but lines, headings and reasons.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from followup.domain.planning import SkipReason
from followup.services.import_infusions import Imported

_WHY: Final[Mapping[str, str]] = {
    SkipReason.BEGAN_LATE: "its time had passed when the file came",
    SkipReason.HISTORY: "the infusion ended too long ago and is kept as history",
    SkipReason.NO_HOUR_LEFT: "no hour was left that evening",
}


def summary(imported: Imported) -> list[str]:
    """The counts, and which first check-ins come too late and why."""
    would = "would be " if imported.dry_run else ""
    counts = (
        f"{_rows(imported.rows)} of {imported.format} ({imported.encoding}): {imported.recorded} {would}recorded, "
        f"{imported.known} known already, {imported.refused} {would}refused."
    )
    return [counts, *(_impossible(imported, key) for key in dict.fromkeys(key for key, _ in imported.first))]


def report(imported: Imported, at: datetime, fingerprint: str) -> str:
    """A plain text for the sender of the file, which `fingerprint` (of its content) names."""
    lines = [
        f"Infusions received {at:%Y-%m-%d %H:%M} UTC, file {fingerprint}",
        "",
        *summary(imported),
        *_part("Not taken. Please mend these rows and send them again; rows already taken may be sent again too.",
               [str(remark) for remark in imported.refusals]),
        *_part("Taken, but please look at these.", [str(remark) for remark in imported.warnings]),
        *_part("About the file.", list(imported.notes)),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def refusal_report(reason: str, at: datetime, fingerprint: str) -> str:
    """A plain text for the sender of a file that could not be taken at all."""
    return (
        f"Infusions received {at:%Y-%m-%d %H:%M} UTC, file {fingerprint}\n\nNothing of this file was taken: {reason}.\n"
    )


def _part(title: str, lines: list[str]) -> list[str]:
    return ["", title, *(f"- {line}" for line in lines)] if lines else []


def _impossible(imported: Imported, key: str) -> str:
    counts = {reason: count for (each, reason), count in imported.first.items() if each == key}
    late = {reason: count for reason, count in counts.items() if reason is not None}
    all_of_them = sum(counts.values())
    if not late:
        return f"{key} is still possible for all {all_of_them}." if all_of_them > 1 else f"{key} is still possible."
    why = "; ".join(f"{count}: {_WHY.get(reason, reason)}" for reason, count in sorted(late.items()))
    return f"{key} already impossible for {sum(late.values())} of {all_of_them} ({why})."


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
