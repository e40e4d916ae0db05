"""Signals of this app. Receivers run inside the transaction: what they raise rolls the money back."""

from django.dispatch import Signal

#: Sent with `bill_ids: list[int]`, all of them settled (paid or waived) in this transaction; a whole batch at once.
bills_settled = Signal()

#: Sent with `bills: list[Bill]` whose money the bank took back in this transaction: they are owed again.
bills_reopened = Signal()

#: Sent with `bill_ids: list[int]` of bills that were closed in this transaction because nobody shall pay them.
bills_cancelled = Signal()

#: Sent with `refund: Refund`, `bill: Bill | None`, when money has been given back in this transaction.
money_returned = Signal()

#: Sent with `refund: Refund` when it was proposed, approved or rejected in this transaction: `refund.state` says which.
refund_decided = Signal()

#: Sent with `case: Discrepancy` when a payer's claim of a charge was answered without its bill being paid by it.
claim_answered = Signal()

#: Sent with `bill: Bill` before somebody is asked for its money: a receiver that knows why nobody
#: should pay it for now returns a sentence for the payer, else "". It may be sent outside of transactions.
money_asked = Signal()

#: Sent with `bill: Bill` to learn whether what it was for has ended without a result: a receiver that knows so returns
#: an `Ending` (payments/bills/holds.py), else None. It may be sent outside of transactions.
matter_ended = Signal()

#: Sent with `bill: Bill`, `request: HttpRequest` before a page names its payer whole: a receiver that knows what the
#: bill is for returns "" where this browser has opened that, else the address where it can; None for other bills.
proof_asked = Signal()

#: Sent with `bill: Bill` before a page says that nothing more is to be done: a receiver that knows what the bill is for
#: returns the sentences of what its owner still has to do.
owner_asked = Signal()

#: Sent with `change: ContractChange`, `step: str` (proposed, agreed, in_force, stopped) in the transaction of the step.
contract_change_moved = Signal()
