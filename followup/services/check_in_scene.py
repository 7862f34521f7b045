"""One check-in in its transaction, with all that asking, reminding and closing it look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from followup.domain.people import Patient
from followup.domain.plan import CheckIn
from followup.domain.schedule import CheckInSpec, Clinic, Configuration, Schedule
from followup.services.context import ContentBook, Published
from followup.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInScene:
    """The transaction, the patient, the clinic, and the published versions."""

    uow: UnitOfWork
    book: ContentBook
    published: Published
    clinic: Clinic
    patient: Patient
    now: datetime

    def configuration(self, check_in: CheckIn) -> Configuration:
        """The version that planned the check-in: an answer is judged by the version that asked."""
        return self.book.version(check_in.schedule_version).configuration

    def schedule(self, check_in: CheckIn) -> Schedule | None:
        """The schedule that the check-in comes from."""
        plan = self.uow.plans.get(check_in.plan)
        if plan is None:
            return None
        configuration = self.configuration(check_in)
        return configuration.schedule(plan.schedule) or self._matching(configuration, check_in)

    def _matching(self, configuration: Configuration, check_in: CheckIn) -> Schedule | None:
        """The plan goes by a schedule that has got another name since the check-in was asked."""
        infusion = self.uow.infusions.get(check_in.infusion)
        return configuration.schedule_for(infusion.treatment, infusion.indication) if infusion else None

    def spec(self, check_in: CheckIn) -> CheckInSpec | None:
        """What the schedule says of the check-in."""
        schedule = self.schedule(check_in)
        return schedule.check_in(check_in.key) if schedule else None
