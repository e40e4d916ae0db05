"""The accountants' lists: filters, and the columns of their files.

A list is one `Listing`: its page, its saved filters, its file at once and its file from the
background all read the same rows from the same address.
"""

from .base import Listing
from .discrepancies import CASES
from .payments import PAYMENTS
from .receipts import RECEIPTS, USAGE
from .refunds import REFUNDS

LISTS: dict[str, Listing] = {listing.slug: listing for listing in (PAYMENTS, CASES, REFUNDS, RECEIPTS, USAGE)}

__all__ = ["CASES", "LISTS", "PAYMENTS", "RECEIPTS", "REFUNDS", "USAGE", "Listing"]
