"""MT940 and CAMT.053, the messages of SWIFT and ISO 20022."""

from __future__ import annotations

from .case import File

DAY = "29/11/2026 00:00:00"
MT940 = """:20:SAOKE1
:25:113000123456
:28C:1/1
:60F:C261128VND1000000,00
:61:2611291129C150000,00NTRFNONREF//FT1
:86:NOP PHI 20261129000123
:61:2611291129D5500,NCHGREF9//FT9
:86:PHI DICH VU
:61:2611291129C20000,NTRFREF2
:86:?20CHUYEN TIEN?21NOI DUNG DAI
:62F:C261129VND1164500,00
-
"""
MT_ROWS = (("FT1", 150_000, DAY, ""), ("FT9", -5_500, DAY, ""), ("REF2", 20_000, DAY, ""))
SECOND = MT940.replace("SAOKE1", "SAOKE2").replace("FT1", "FT3").replace("REF2", "REF4")


def camt(*entries: str, opening: int = 1_000_000, closing: int | None = None, version: str = "02") -> bytes:
    """A CAMT.053 of one statement."""
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy='VND'>{amount}</Amt>"
        f"<CdtDbtInd>CRDT</CdtDbtInd></Bal>"
        for kind, amount in (("OPBD", opening), ("CLBD", closing))
        if amount is not None
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?>"
        f"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}'>"
        "<BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt><Id>1</Id><Acct><Id><Othr><Id>113000123456</Id></Othr></Id>"
        f"</Acct>{balances}{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def entry(reference: str, amount: str, *, side: str = "CRDT", status: str = "<Sts>BOOK</Sts>", day: str = "",
          details: str = "", currency: str = "VND") -> str:  # fmt: skip
    day = day or "<BookgDt><Dt>2026-11-29</Dt></BookgDt>"
    return (
        f"<Ntry><Amt Ccy='{currency}'>{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>{status}{day}"
        f"<AcctSvcrRef>{reference}</AcctSvcrRef><NtryDtls>{details}</NtryDtls></Ntry>"
    )


def part(reference: str, amount: str, memo: str = "") -> str:
    return (
        f"<TxDtls><Refs><AcctSvcrRef>{reference}</AcctSvcrRef></Refs><Amt Ccy='VND'>{amount}</Amt>"
        f"<RmtInf><Ustrd>{memo}</Ustrd></RmtInf></TxDtls>"
    )


ONE = entry("FT1", "150000", day="<BookgDt><DtTm>2026-11-29T10:05:00+07:00</DtTm></BookgDt>")
CHARGE = entry("FT9", "5500", side="DBIT")
STRUCTURED = "<TxDtls><RmtInf><Strd><CdtrRefInf><Ref>20261129000123</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>"
BATCH = entry("LO1", "170000", details=part("FT1", "150000", "NOP PHI") + part("FT2", "20000.00"))

FILES = (
    File("MT940", MT940.encode(), MT_ROWS),
    File("MT940 with lines of Windows", MT940.replace("\n", "\r\n").encode(), MT_ROWS),
    File("MT940 in its envelope", f"{{1:F01BANKVNVXAXXX}}{{2:O940}}{{4:\n{MT940}}}".encode(), MT_ROWS),
    File(
        "MT940 of two statements",
        (MT940 + SECOND).encode(),
        (*MT_ROWS, ("FT3", 150_000, DAY, ""), MT_ROWS[1], ("REF4", 20_000, DAY, "")),
    ),
    File("MT940 that lacks a line", MT940.replace(":61:2611291129C20000,NTRFREF2\n", "").encode(), refused="số dư"),
    File("MT940 with a line nobody reads", MT940.replace("C20000,", "X20000").encode(), refused="MT940"),
    File(
        "MT940 without a reference",
        MT940.replace("NTRFREF2", "NTRFNONREF").encode(),
        refused="Dòng 9, cột :61:.*thiếu mã giao dịch",
    ),
    File("MT940 of dollars", MT940.replace("VND", "USD").encode(), refused="Dòng 5: loại tiền là USD"),
    File(
        "MT940 with cents",
        MT940.replace("C20000,", "C20000,50").replace("1164500,00", "1164500,50").encode(),
        refused="số tiền",
    ),
    File(
        "MT940 that takes a credit back",
        MT940.replace("1129D5500,NCHG", "1129RC5500,NTRF").encode(),
        MT_ROWS,
    ),
    File(
        "CAMT that takes a credit back",
        camt(ONE, CHARGE.replace("<Sts>", "<RvslInd>true</RvslInd><Sts>"), closing=1_144_500),
        (("FT1", 150_000, "29/11/2026 10:05:00", ""), ("FT9", -5_500, DAY, "")),
    ),
    File(
        "CAMT",
        camt(ONE, CHARGE, closing=1_144_500),
        (("FT1", 150_000, "29/11/2026 10:05:00", ""), ("FT9", -5_500, DAY, "")),
    ),
    File(
        "CAMT with a debit without a number",
        camt(ONE, CHARGE.replace("FT9", ""), closing=1_144_500),
        (("FT1", 150_000, "29/11/2026 10:05:00", ""), ("", -5_500, DAY, "")),
    ),
    File(
        "CAMT of a later schema",
        camt(ONE, closing=1_150_000, version="08").replace(b"<Sts>BOOK</Sts>", b"<Sts><Cd>BOOK</Cd></Sts>"),
        (("FT1", 150_000, "29/11/2026 10:05:00", ""),),
    ),
    File(
        "CAMT with prefixes",
        camt(ONE)
        .replace(b"<", b"<n:")
        .replace(b"<n:/", b"</n:")
        .replace(b"<n:?", b"<?")
        .replace(b"xmlns=", b"xmlns:n="),
        (("FT1", 150_000, "29/11/2026 10:05:00", ""),),
    ),
    File(
        "CAMT with a structured code",
        camt(entry("FT1", "150000", details=STRUCTURED)),
        (("FT1", 150_000, DAY, "20261129000123"),),
    ),
    File("CAMT of a batch", camt(BATCH), (("FT1", 150_000, DAY, ""), ("FT2", 20_000, DAY, ""))),
    File(
        "CAMT of what is not booked yet",
        camt(ONE, entry("FT2", "1", status="<Sts>PDNG</Sts>"), closing=1_150_000),
        (("FT1", 150_000, "29/11/2026 10:05:00", ""),),
    ),
    File("CAMT of a batch that does not add up", camt(BATCH.replace("170000", "180000")), refused="không cộng thành"),
    File("CAMT that lacks an entry", camt(ONE, closing=1_144_500), refused="[Ss]ố dư"),
    File("CAMT that is cut off", camt(ONE)[:-60], refused="hỏng hoặc bị cắt"),
    File(
        "CAMT with a door to elsewhere",
        camt(ONE).replace(b"<Document", b"<!DOCTYPE d [<!ENTITY e 'x'>]><Document", 1),
        refused="XML",
    ),
    File("CAMT of euros", camt(entry("FT1", "150", currency="EUR")), refused="Dòng 1: loại tiền là EUR"),
    File(
        "a message that is no statement",
        camt(ONE).replace(b"BkToCstmrStmt", b"BkToCstmrDbtCdtNtfctn"),
        refused="không phải sao kê CAMT.053",
    ),
)
