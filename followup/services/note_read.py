"""Who looked at which patient's data: one audit row for each read. The web floor calls it before it shows anything."""

from __future__ import annotations

from followup.services.context import Context


def note_read(context: Context, *, actor: str, subject: str, subject_id: str, clinic: str | None = None) -> None:
    """Write down that `actor` read `subject`; `subject_id` is an id of ours or of the clinic, never a name."""
    with context.store.write() as uow:
        uow.audit.append(
            at=context.clock.now(),
            actor=actor,
            action=f"{subject}.read",
            subject=subject,
            subject_id=subject_id,
            clinic=clinic,
        )
        uow.commit()
