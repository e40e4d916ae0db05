"""The ten dossier states of the national portal and the edges between them (docs/reference/domain.md#dossier-states).

Paid or not is not among them: that is read from the bill. State 6 only pauses the clock.
"""

from __future__ import annotations

from collections.abc import Container

from django.db import models
from django.utils.translation import gettext_lazy as _

from .errors import IllegalDossierMove


class DossierState(models.IntegerChoices):
    """Mã trạng thái hồ sơ của Cổng Dịch vụ công quốc gia."""

    SUBMITTED = 1, _("Mới đăng ký")
    ACCEPTED = 2, _("Được tiếp nhận")
    REFUSED = 3, _("Không được tiếp nhận")
    IN_PROCESS = 4, _("Đang xử lý")
    SUPPLEMENT = 5, _("Yêu cầu bổ sung giấy tờ")
    FINANCIAL_OBLIGATION = 6, _("Yêu cầu thực hiện nghĩa vụ tài chính")
    WITHDRAWN = 7, _("Công dân yêu cầu rút hồ sơ")
    STOPPED = 8, _("Dừng xử lý")
    FINISHED = 9, _("Đã xử lý xong")
    RETURNED = 10, _("Đã trả kết quả")


S = DossierState

DOSSIER_EDGES: frozenset[tuple[int, int]] = frozenset(
    {
        *((S.SUBMITTED, after) for after in (S.ACCEPTED, S.REFUSED, S.SUPPLEMENT, S.WITHDRAWN)),
        *((S.SUPPLEMENT, after) for after in (S.SUBMITTED, S.ACCEPTED, S.IN_PROCESS, S.WITHDRAWN, S.STOPPED)),
        *((S.ACCEPTED, after) for after in (S.IN_PROCESS, S.SUPPLEMENT, S.FINANCIAL_OBLIGATION, S.WITHDRAWN)),
        *(
            (S.IN_PROCESS, after)
            for after in (S.SUPPLEMENT, S.FINANCIAL_OBLIGATION, S.WITHDRAWN, S.STOPPED, S.FINISHED)
        ),
        *((S.FINANCIAL_OBLIGATION, after) for after in (S.IN_PROCESS, S.WITHDRAWN, S.STOPPED)),
        (S.STOPPED, S.IN_PROCESS),
        (S.FINISHED, S.RETURNED),
    }
)

#: Nobody is asked to pay for a dossier in these states, though its bill may still be open: one that was stopped may go
#: on, and the bill of one that ended stays until the step can no longer be undone. The reason, for whoever would pay.
PAYMENT_HOLDS = {
    S.STOPPED: _(
        "Cơ quan đang dừng giải quyết hồ sơ: chưa phải nộp khoản này. Nếu hồ sơ được giải quyết tiếp thì lại nộp được "
        "ở đây; tiền đã chuyển vẫn được ghi nhận."
    ),
    S.REFUSED: _("Hồ sơ không được tiếp nhận: không phải nộp khoản này. Tiền đã chuyển vẫn được ghi nhận để trả lại."),
    S.WITHDRAWN: _("Hồ sơ đã được rút: không phải nộp khoản này. Tiền đã chuyển vẫn được ghi nhận để xem xét trả lại."),
}

#: A result that was given out by mistake, or came back by post, lies at the desk again.
PUT_BACK_EDGES: frozenset[tuple[int, int]] = frozenset({(S.RETURNED, S.FINISHED)})
#: A step that was made by mistake is taken back within a minute; a hand-over is put back.
UNDO_EDGES = frozenset((after, before) for before, after in DOSSIER_EDGES if after != S.RETURNED)


def check_move(before: int, after: int, edges: Container[tuple[int, int]] = DOSSIER_EDGES) -> None:
    """Raise IllegalDossierMove unless the edge is listed."""
    if (before, after) not in edges:
        raise IllegalDossierMove(before, after)
