"""Webhooks to API clients by the Standard Webhooks specification (standardwebhooks.com).

An event is a row written in the transaction of the money it reports (`events`), sent
afterwards by whoever comes first, worker or sweeper (`sending`), over a connection that
cannot be led astray (`addresses`, `posting`).
"""
