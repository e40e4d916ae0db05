"""What this app tells others. Receivers run inside the transaction: what they raise undoes the money too."""

from django.dispatch import Signal

#: Sent with `bills: list[Bill]`, all of them settled (paid or waived) in this transaction.
bills_settled = Signal()
