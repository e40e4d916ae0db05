"""What a protocol has and another has not: which specimens a test is about (`@pytest.mark.only(admits=…)`)."""

from __future__ import annotations

from gateways.base import Capability
from gateways.conformance.specimens import Specimen


def tells_amount(specimen: Specimen) -> bool:
    """Its notification has an amount. Where it has none the portal asks, and the answer's amount is tested."""
    return bool(specimen.amount_field)


def tells_of_failures(specimen: Specimen) -> bool:
    """It notifies of payments that failed, too."""
    return bool(specimen.failed)


def is_in_body(specimen: Specimen) -> bool:
    """Its notification is a body; a query has one encoding."""
    return not specimen.is_in_query


def has_server(specimen: Specimen) -> bool:
    """The bank is asked, and the specimen plays its server."""
    return specimen.contract_at is not None


def is_queried(specimen: Specimen) -> bool:
    """What the bank says of a payment is played."""
    return has_server(specimen) and bool(specimen.replies)


def opens_by_request(specimen: Specimen) -> bool:
    """Something is sent to the bank to start a payment."""
    return has_server(specimen) and specimen.opened is not None


def signs_answers(specimen: Specimen) -> bool:
    """What the bank says of a payment is signed."""
    return is_queried(specimen) and bool(specimen.answer_signature)


def gives_back(specimen: Specimen) -> bool:
    """Money can be given back through it."""
    return Capability.REFUND in specimen.gateway.capabilities


def signs_refunds(specimen: Specimen) -> bool:
    """What the bank says of a refund is signed."""
    return gives_back(specimen) and specimen.signs_refunds
