"""A corpus of statements in the ways of banks and spreadsheets: the rows that are read, or the words that refuse."""

from __future__ import annotations

import io
import re

import pytest

from gateways.base import MerchantConfig
from gateways.vietinbank.adapter import VietinBank
from gateways.vnptpay.adapter import VnptPay
from payments.errors import StatementRefused
from payments.reconciliation.formats import read
from tests.support import factories

from .corpus import messages, refused, tables, workbooks
from .corpus.case import File, written

FILES = (*tables.FILES, *workbooks.FILES, *messages.FILES, *refused.FILES)


def gateway(kind: type, slug: str) -> VietinBank:
    """A contract with a gateway that has a file of its own, or none."""
    contract = factories.CONTRACTS[slug]
    return kind(MerchantConfig(contract["settings"], contract["secrets"]))


@pytest.mark.parametrize(("kind", "slug"), [(VietinBank, "vietinbank"), (VnptPay, "vnptpay")])
@pytest.mark.parametrize("file", FILES, ids=[file.name for file in FILES])
def test_a_file_gives_its_rows_or_says_why_not(file: File, kind: type, slug: str) -> None:
    rows = read.rows_of(io.BytesIO(file.content), gateway(kind, slug), file.column_map)
    if file.refused:
        with pytest.raises(StatementRefused) as error:
            list(rows)
        assert re.search(file.refused, error.value.message), error.value.message
    else:
        read_rows = [row for _, row in rows]
        seen = [(row.gateway_ref, row.amount, written(row.occurred_at), row.merchant_ref) for row in read_rows]
        assert seen == list(file.rows)
        assert file.account is None or {row.account for row in read_rows} == {file.account}


def test_the_corpus_is_large_and_each_file_is_in_it_once() -> None:
    assert len({file.name for file in FILES}) == len(FILES) >= 60
    assert all(bool(file.rows) != bool(file.refused) for file in FILES)


@pytest.mark.parametrize("file", FILES, ids=[file.name for file in FILES])
def test_no_refusal_speaks_the_language_of_programmers(file: File) -> None:
    if not file.refused:
        return
    with pytest.raises(StatementRefused) as error:
        list(read.rows_of(io.BytesIO(file.content), gateway(VietinBank, "vietinbank"), file.column_map))
    assert not re.search(r"\b(line|error|invalid|checksum|file|the)\b", error.value.message)
