"""What citizens send with a dossier: photographs and scans, looked at by the scanner within seconds."""

from __future__ import annotations

from datetime import datetime, timedelta

from devtools.demo import VIET_TRI
from dossiers.models import Channel, PaperState, Refusal
from dossiers.tracking.action_views import SUPPLEMENT

from .tale import Tale

#: How long a scan may take before another process begins it anew.
_LEASE = timedelta(minutes=5)


def with_form(tale: Tale, at: datetime) -> None:
    """Send what the form asks for: what is required always, the rest sometimes. At the window some is scanned."""
    rng = tale.rng
    is_online = tale.channel == Channel.ONLINE
    for name, is_required in tale.world.scene.papers.get(tale.case.procedure_id, ()):
        if rng.random() < ((1.0 if is_required else 0.4) if is_online else 0.15):
            sent = at - timedelta(seconds=rng.uniform(30, 400))
            send(tale, sent, name, is_photo=is_online and rng.random() < 0.7)


def asked_for(tale: Tale, at: datetime) -> None:
    """Send what an officer has asked for, shortly before the dossier goes back to them."""
    for _number in range(tale.rng.choice((1, 1, 2))):
        send(tale, at - timedelta(seconds=tale.rng.uniform(40, 900)), SUPPLEMENT, is_photo=tale.rng.random() < 0.7)


def send(tale: Tale, at: datetime, requirement: str, *, is_photo: bool) -> None:
    """Send one paper; one photograph in eighty is broken, and sent again."""
    tale.when(at + timedelta(seconds=5))
    rng = tale.rng
    if is_photo and rng.random() < 0.012:
        broken = at - timedelta(seconds=rng.uniform(20, 90))
        _paper(tale, broken, requirement, file="", state=PaperState.REFUSED, refusal=Refusal.UNREADABLE)
    file, size = tale.world.samples["photo" if is_photo else "scan"]
    if tale.place.agency.code == VIET_TRI:  # where somebody may delete it
        file = tale.world.copy_of(file)
    suffix = "jpg" if is_photo else "pdf"
    content = "image/jpeg" if is_photo else "application/pdf"
    number = f"{rng.randrange(10_000):04d}"
    name = f"IMG_{at:%Y%m%d}_{number}.{suffix}" if is_photo else f"scan{number}.{suffix}"
    _paper(tale, at, requirement, file=file, size=size, name=name, content_type=content)


def _paper(tale: Tale, at: datetime, requirement: str, **columns: object) -> None:
    name = f"IMG_{at:%Y%m%d}_{tale.rng.randrange(10_000):04d}.jpg"
    values = {"name": name, "content_type": "image/jpeg", "size": tale.rng.randint(800_000, 4_000_000), **columns}
    # In order of their time; but a dossier has to be there first.
    written = max(at, tale.dossier["submitted_at"])
    tale.write(
        "paper",
        written,
        dossier_id=tale.dossier,
        requirement=requirement,
        uploaded_at=at,
        next_check_at=at + _LEASE,
        **values,
    )
