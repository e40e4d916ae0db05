"""Topics of procedures: life events, sectors, audiences, everyday words.

`data/topics.csv` sorts the procedures loaded with the product; the administration may
change it afterwards.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class LifeEvent(models.TextChoices):
    """What happens in a life, in its order."""

    BIRTH = "birth", _("Sinh con, nuôi con")
    MARRIAGE = "marriage", _("Kết hôn, gia đình")
    MOVING = "moving", _("Chuyển chỗ ở")
    PAPERS = "papers", _("Giấy tờ, bản sao")
    WORK = "work", _("Học tập, việc làm")
    TRAVEL = "travel", _("Đi lại, ra nước ngoài")
    HOUSE = "house", _("Nhà đất, thừa kế")
    BUILDING = "building", _("Xây, sửa nhà")
    BUSINESS = "business", _("Kinh doanh")
    HARDSHIP = "hardship", _("Cần trợ giúp")
    DEATH = "death", _("Người thân qua đời")


class Sector(models.TextChoices):
    """The lĩnh vực of the national database, in fewer words."""

    CIVIL_STATUS = "civil_status", _("Hộ tịch, quốc tịch")
    CERTIFICATION = "certification", _("Chứng thực")
    RESIDENCE = "residence", _("Cư trú")
    IDENTITY = "identity", _("Căn cước, hộ chiếu")
    JUSTICE = "justice", _("Lý lịch tư pháp")
    ADOPTION = "adoption", _("Nuôi con nuôi")
    DRIVING = "driving", _("Giấy phép lái xe")
    LAND = "land", _("Đất đai")
    CONSTRUCTION = "construction", _("Xây dựng")
    BUSINESS = "business", _("Đăng ký kinh doanh")
    TRADE = "trade", _("Công Thương")
    AGRICULTURE = "agriculture", _("Nông nghiệp")
    ENVIRONMENT = "environment", _("Môi trường")
    HEALTH = "health", _("Y tế, an toàn thực phẩm")
    CULTURE = "culture", _("Văn hóa, du lịch")
    EDUCATION = "education", _("Giáo dục")
    LABOUR = "labour", _("Lao động")
    WELFARE = "welfare", _("Bảo trợ xã hội")
    SECURITY = "security", _("An ninh, trật tự")
    SCIENCE = "science", _("Khoa học, công nghệ")
    FOREIGN = "foreign", _("Ngoại vụ")


class Audience(models.TextChoices):
    """Whom a procedure is for."""

    CITIZEN = "citizen", _("Người dân")
    BUSINESS = "business", _("Doanh nghiệp, hộ kinh doanh")
