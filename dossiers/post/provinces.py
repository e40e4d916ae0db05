"""The 34 provinces and cities since 1 July 2025 (Nghị quyết 202/2025/QH15), the home province first."""

from __future__ import annotations

from . import orders as postal_orders

_NAMES = """
An Giang, Bắc Ninh, Cà Mau, Cao Bằng, Cần Thơ, Đà Nẵng, Đắk Lắk, Điện Biên, Đồng Nai, Đồng Tháp, Gia Lai, Hà Nội,
Hà Tĩnh, Hải Phòng, Huế, Hưng Yên, Khánh Hòa, Lai Châu, Lạng Sơn, Lào Cai, Lâm Đồng, Nghệ An, Ninh Bình, Phú Thọ,
Quảng Ngãi, Quảng Ninh, Quảng Trị, Sơn La, Tây Ninh, Thái Nguyên, Thanh Hóa, Thành phố Hồ Chí Minh, Tuyên Quang,
Vĩnh Long
"""
PROVINCES = (postal_orders.HOME, *(name for name in " ".join(_NAMES.split()).split(", ") if name != postal_orders.HOME))
