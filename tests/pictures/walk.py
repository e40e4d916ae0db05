"""The way past the 24 screens: what is done before each, in the sentences of the tour (`tests/tour/playing.py`)."""

from __future__ import annotations

from tests.tour.playing import BASE


def _open(path: str) -> str:
    return f"Open <{BASE}{path}>"


_NEW = "Open a new window"
_DESK = "/quay/?viec="

#: Name of the picture, and the acts that lead to it from the one before; the first notes what a clerk has on slips.
WALK: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("home", (_NEW, _open("/"))),
    ("catalogue", (_open("/thu-tuc/?q=chứng+thực"),)),
    ("procedure", (_open("/thu-tuc/2.000635/"),)),
    (
        "form",
        (
            _open("/thu-tuc/2.000815/"),
            "Press **Nộp hồ sơ**",
            "Write `Nguyễn Thị Bình` into **Họ và tên**",
            "Write `025190000123` into **Số giấy tờ**",
            "Write `0912 345 678` into **Điện thoại**",
            "Press **Tiếp tục**",
            "Choose **Phường Việt Trì** for **Nơi nhận hồ sơ**",
            "Write `3` into **Số trang**",
            "Write `2` into **Số bản**",
        ),
    ),
    ("check", ("Press **Tiếp tục**", "Press **Tiếp tục**")),
    ("dossier", ("Press **Nộp hồ sơ**",)),
    ("bill", ("Press **Nộp 10.000 đ**",)),
    ("transfer", ("Press the first button that has **bằng VietQR**",)),
    ("paid", ("Press **Mở ứng dụng ngân hàng thử**", "Press **Chuyển tiền**", "Go back to the first tab")),
    ("receipt", ("Press the first link that begins with **Phí BP-**",)),
    (
        "together",
        (
            _NEW,
            "Sign in as `second_accountant`",
            _open(f"{_DESK}cho-phi&xep=han"),
            "Note the codes of three dossiers with “Nộp phí rồi nhận kết quả” as `A`, `B`, `C`",
            _NEW,
            _open("/nop-nhieu-ho-so/"),
            "Press **Mở nhiều hồ sơ một lần**",
            "Write the lines `A 2580`, `B 2580`, `C 2580` into **Mã hồ sơ và mã PIN**",
            "Press **Mở tất cả**",
        ),
    ),
    ("figures", (_open("/thong-ke/"),)),
    ("desk", (_NEW, "Sign in as `reception_officer`", _open("/quay/"))),
    ("desk-dossier", (_open(f"{_DESK}san-sang"), "Press the first dossier")),
    ("signing", (_NEW, "Sign in as `signer`", _open(f"{_DESK}cho-toi-ky"), "Press the first dossier")),
    ("cash", (_NEW, "Sign in as `cashier`", _open("/doi-soat/ca-thu/"))),
    ("accounting", (_NEW, "Sign in as `accountant`", _open("/doi-soat/"))),
    ("payments", (_open("/doi-soat/lan-nop/"),)),
    ("discrepancy", (_open("/doi-soat/sai-lech/"), "Press the first link that has **Tiền thừa**")),
    (
        "statement",
        (
            _NEW,
            "Sign in as `province_admin`",
            _open("/doi-soat/sao-ke/"),
            "Press the first link of a row with “Chờ người thứ hai xác nhận”",
        ),
    ),
    ("report", (_open("/bao-cao/"),)),
    ("administration", (_open("/admin/"),)),
    ("gateways", (_open("/admin/cong-thanh-toan/"),)),
    ("audit", (_NEW, "Sign in as `auditor`", _open("/admin/agencies/auditentry/"))),
)
#: What is on the screen when it may be photographed, where it comes by itself.
AWAITED = {"paid": "ĐÃ NỘP"}
