"""Taking money at the desk, prefilled with all that is not a check."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext, gettext_lazy

from core.values.form_fields import asked_when
from payments.accounting.forms import DongField
from payments.cash_desk.collect import terminal_reference
from payments.models.cash_desk import Tender


class TakingForm(forms.Form):
    """Cash or a card for one bill. `despite_open` appears once the guard against paying twice has spoken.

    Taken money cannot be undone here, so the figures are shown once more: `confirmed` is who has seen them.
    """

    bill = forms.IntegerField(label=gettext_lazy("Khoản phải nộp"), widget=forms.HiddenInput)
    tender = forms.ChoiceField(label=gettext_lazy("Hình thức"), choices=Tender.choices, initial=Tender.CASH)
    received = DongField(label=gettext_lazy("Khách đưa (đồng)"))
    received.widget.attrs["data-key"] = "F7"
    terminal_ref = forms.CharField(label=gettext_lazy("Số tham chiếu máy POS"), max_length=40, required=False)
    asked_when(terminal_ref, gettext_lazy("khi thu bằng thẻ"))
    terminal_ref.widget.attrs |= {"data-key": "shift+F7", "autocomplete": "off"}
    despite_open = forms.BooleanField(widget=forms.HiddenInput, required=False)
    confirmed = forms.BooleanField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, object]:
        """A card has the terminal's reference, cash has none."""
        is_card = self.cleaned_data.get("tender") == Tender.POS
        self.cleaned_data["terminal_ref"] = terminal_reference(self.cleaned_data.get("terminal_ref", ""))
        if is_card and not self.cleaned_data["terminal_ref"]:
            self.add_error("terminal_ref", gettext("Ghi số tham chiếu in trên biên lai của máy POS."))
        elif not is_card:
            self.cleaned_data["terminal_ref"] = ""
        return self.cleaned_data
