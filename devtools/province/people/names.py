"""Names drawn from parts: family, middle and given, with the letters of each people."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class People:
    """A people of the province: of a hundred persons so many, and the parts of their names."""

    share: int
    families: str
    middles: tuple[str, str]
    given: tuple[str, str]


_MEN = (
    "An Bình Cường Dũng Đạt Đức Giang Hải Hiếu Hùng Hưng Khánh Kiên Lâm Long Mạnh Minh Nam Phong Phúc Quân Sơn "
    "Thành Tuấn Việt"
)
_WOMEN = (
    "Anh Ánh Bích Chi Diệp Dung Hà Hạnh Hiền Hoa Hồng Huệ Hương Lan Linh Loan Mai Nga Ngọc Nhung Oanh Thảo Thủy "
    "Trang Yến"
)
PEOPLES = {
    "Kinh": People(
        76,
        "Nguyễn Nguyễn Nguyễn Nguyễn Trần Trần Lê Lê Phạm Hoàng Phan Vũ Đặng Bùi Đỗ Hồ Ngô Dương Lý Tạ Khổng Cao Lưu",
        ("Văn Đức Hữu Quang Minh Xuân Ngọc Đình Công Mạnh", "Thị Thị Thị Thị Thu Ngọc Thanh Minh Phương Hồng"),
        (_MEN, _WOMEN),
    ),
    "Mường": People(
        14,
        "Bùi Bùi Đinh Đinh Quách Hà Bạch Xa Phùng Hoàng",
        ("Văn Công Đình Ngọc Thế", "Thị Thị Thị Thu Ngọc"),
        (f"{_MEN} Nhiệm Thịnh Dịu Ẻng", f"{_WOMEN} Ứng Ậm Nhiên Ỉn"),
    ),
    "Dao": People(
        3,
        "Triệu Đặng Bàn Lý Phùng Dương",
        ("Văn Tiến Phúc Kim Tài", "Thị Mùi Thị Kim"),
        ("Chài Vạn Sinh Quý Thắng Phẩu", "Mùi Nái Lai Pham Hoa Chản"),
    ),
    "Tày": People(2, "Nông Hoàng Ma Lường Vi Bế", ("Văn Đức Quang", "Thị Thị Bích"), (f"{_MEN} Thổ", f"{_WOMEN} Slao")),
    "Thái": People(
        2, "Lò Cầm Quàng Hà Vì Lường", ("Văn Hồng", "Thị"), ("Ọi Ín Păn Biên Hặc Thương", "Ón Xiên Phóng Hặc Ổn Yên")
    ),
    "Cao Lan": People(1, "Trần Ninh Lâm Sầm Tiêu", ("Văn Ngọc", "Thị"), ("Páo Hạ Sông Tình", "Sịnh Hạ Múi Tình")),
    "Mông": People(
        2, "Vàng Giàng Sùng Thào Hạng Mùa", ("A A Seo", "Thị"), ("Páo Chứ Dơ Lềnh Sử Tủa", "Mỷ Sua Dở Xía Máy Ca")
    ),
}
_NAMES = {
    name: (p.families.split(), tuple(m.split() for m in p.middles), tuple(g.split() for g in p.given))
    for name, p in PEOPLES.items()
}
_KINDS, _SHARES = list(PEOPLES), [people.share for people in PEOPLES.values()]
_COMPANIES = "Hùng Vương|Sông Lô|Đất Tổ|Trung Du|Sông Đà|Tam Đảo|Bình Minh|An Phát|Phú Hưng|Việt Hà"
_TRADES = "Thương mại|Xây dựng|Chè|Vận tải|Cơ khí|Dược phẩm|Nông sản|Du lịch|Gỗ"


def person(rng: Random) -> tuple[str, bool]:
    """Return the name of a person and whether it is a woman's."""
    families, middles, given = _NAMES[rng.choices(_KINDS, _SHARES)[0]]
    is_woman = rng.random() < 0.5
    pick = rng.choice
    return f"{pick(families)} {pick(middles[is_woman])} {pick(given[is_woman])}", is_woman


def organisation(rng: Random) -> str:
    """Return the name of an enterprise that is none."""
    form = rng.choice(("Công ty TNHH", "Công ty cổ phần", "Hợp tác xã", "Doanh nghiệp tư nhân"))
    return f"{form} {rng.choice(_TRADES.split('|'))} {rng.choice(_COMPANIES.split('|'))} {rng.randint(1, 99)}"
