"""Reads a QR from an uploaded photo, for browsers without camera access or script."""

from __future__ import annotations

import io

import zxingcpp
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from PIL import Image

from dossiers.attachments import heic
from dossiers.attachments.validation import read_upload
from dossiers.desk.access import DeskStaff, for_staff

from . import lookup, search_session

#: Larger photos hold no more of a code, only more to search.
MOST_PIXELS_A_SIDE = 2000
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


class PhotoForm(forms.Form):
    """One photo with one QR on it; `code` is its content."""

    photo = forms.FileField(
        label=gettext_lazy("Ảnh chụp mã QR"),
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )

    def clean(self) -> dict[str, object]:
        """Read the code, after the checks that every upload passes."""
        if upload := self.cleaned_data.get("photo"):
            self.cleaned_data["code"] = code_in(read_upload(upload).content)
            if not self.cleaned_data["code"]:
                self.add_error("photo", _("Không thấy mã QR trong ảnh. Chụp gần hơn, đủ sáng, thấy trọn cả mã."))
        return self.cleaned_data


def code_in(content: bytes) -> str:
    """Return the text of the first QR in a picture, "" when there is none or it is no picture."""
    try:
        with _opened(content) as picture:
            picture.thumbnail((MOST_PIXELS_A_SIDE, MOST_PIXELS_A_SIDE))
            barcodes = zxingcpp.read_barcodes(picture.convert("L"), formats=_QR)
    except (OSError, ValueError, SyntaxError, heic.NotDecoded):
        return ""
    return barcodes[0].text if barcodes else ""


def _opened(content: bytes) -> Image.Image:
    return heic.opened(content) if heic.is_heic(content) else Image.open(io.BytesIO(content), formats=("JPEG", "PNG"))


@require_http_methods(["GET", "POST"])
@for_staff
def photo(request: HttpRequest, staff: DeskStaff) -> HttpResponse:
    """Ask for a photo; what its QR says goes into the box as if it had been scanned."""
    form = PhotoForm(request.POST, request.FILES) if request.method == "POST" else PhotoForm()
    if request.method == "POST" and form.is_valid():
        return redirect(search_session.address_of(request, staff, lookup.tidy(form.cleaned_data["code"])))
    return render(
        request, "dossiers/desk/photo.html", {"staff": staff, "form": form}, status=422 if form.errors else 200
    )
