"""Something came in: it is stored raw and committed before anybody is told that we have it."""

from __future__ import annotations

from datetime import datetime

from followup.domain.people import Channel
from followup.domain.received import Inbound
from followup.domain.schedule import Configuration
from followup.gateways.port import ReceivedText
from followup.ids import new_id
from followup.services.context import Context


def receive(context: Context, text: ReceivedText, *, channel: Channel, received_at: datetime | None = None) -> bool:
    """Store an inbound message once; False for a redelivery. The row is committed when this returns."""
    configuration = context.content.current().content.configuration
    inbound = Inbound(
        id=new_id(),
        clinic=clinic_written_to(configuration, text.to),
        provider=text.provider,
        provider_id=text.provider_id,
        channel=channel,
        sender=text.sender,
        to=text.to,
        body=text.body,
        received_at=received_at or context.clock.now(),
        raw=text.raw,
        media=text.media,
        opt_out_type=text.opt_out_type,
    )
    with context.store.write(urgent=True) as uow:
        fresh = uow.inbound.add(inbound)
        if fresh:
            uow.wake("inbound")
        uow.commit()
    return fresh


def clinic_written_to(configuration: Configuration, number: str) -> str:
    """The clinic whose number was written to; with one clinic every number is that clinic's."""
    clinics = configuration.clinics
    by_number = next((clinic.key for clinic in clinics.values() if clinic.sender == number), None)
    return by_number or next(iter(clinics))
