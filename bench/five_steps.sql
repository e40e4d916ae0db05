-- What a plain system does for one callback: five steps, one transaction, on our own tables.
\set n random(1, :rows)
BEGIN;
INSERT INTO payments_notification (gateway, event_key, source, merchant_account_id, merchant_ref, gateway_ref, outcome, amount,
    currency, account, is_transfer, occurred_at, facts, body, query, headers, remote_addr, digest, state, result,
    attempts, error)
VALUES ('vnptpay', gen_random_uuid()::text, 'callback', :account, 'MCBENCH-' || :n, 'V', 'paid', 50000, 'VND', '', false,
    now(), '{}', '', '', '{}', '', 'x', 'done', '', 0, '');
UPDATE payments_payment SET checked_at = now() WHERE gateway = 'vnptpay' AND merchant_ref = 'MCBENCH-' || :n;
UPDATE payments_bill SET description = 'Phí' WHERE token = 'bench' || :n;
UPDATE dossiers_dossier SET owner_address = '' WHERE code = 'BENCH-' || :n;
INSERT INTO payments_ledgerevent (kind, amount, before, after, money_key, is_correction, cause, cause_id, detail)
VALUES ('bench', 0, '', '', '', false, 'bench', '', '{}');
COMMIT;
