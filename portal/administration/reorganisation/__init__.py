"""Merging, splitting and dissolving agencies: plan, preview, one transaction.

Nothing moves: dossiers, bills and receipts stay with the agency they were made at, under its
name. What changes has dates: agencies, roles, contracts and accounts end on the day, and from
that day successors see the work and take the money (`agencies.succession`). So nobody has to run
anything in the night of the reorganisation, and a plan for the future is carried out today.
"""
