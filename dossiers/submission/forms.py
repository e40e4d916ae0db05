"""Forms of the submission steps.

All are built alike (`step_form`): PersonForm, MatterForm
(where, what the fee depends on, the procedure's own questions), PapersForm.
"""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from core.values.closed_names import name_for_reader
from core.values.documents import DocumentKind
from core.values.form_fields import (
    AddressField,
    IdentityNumberField,
    NameField,
    PhoneField,
    PlainTextField,
    identity_fields,
)
from core.values.money import dong_for_reader
from dossiers.models import PostageRate, PostalZone, ReturnMethod
from dossiers.post import orders as postal_orders
from dossiers.post.provinces import PROVINCES
from procedures.fees import FACT_LABELS, choice_fields, fact_fields, groups, in_force, read_counts
from procedures.models import Question
from procedures.schedules.load import rules_for

from . import right_case
from .fields import CountField, PlaceSelect, question_fields
from .step_form import Answers, StepForm

QUESTION = "q_"
#: Beside the steps' answers: what was entered in the calculator before the draft began.
CALCULATOR = "may-tinh"
#: Likewise: the number of who was signed in by VNeID while it was filled in.
SIGNED_IN = "vneid"


class ForWhom(TextChoices):
    """Whose dossier somebody hands in who is signed in."""

    SELF = "self", _("Của tôi")
    OTHER = "other", _("Của người khác, tôi nộp thay")


class PersonForm(StepForm):
    """Who hands in."""

    slug = "nguoi-nop"
    title = _("Người nộp")

    owner_name = NameField(label=_("Họ và tên"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    owner_identity_number_kind, owner_identity_number, owner_identity_number_country = identity_fields(
        "owner_identity_number", IdentityNumberField()
    ).values()
    owner_phone = PhoneField(help_text=_("Chúng tôi nhắn tin khi nhận được tiền và khi có kết quả."))
    owner_email = forms.EmailField(
        label=_("Thư điện tử"), max_length=254, required=False, widget=forms.EmailInput({"autocomplete": "email"})
    )
    owner_address = AddressField(
        label=_("Địa chỉ"), max_length=255, required=False, widget=forms.TextInput({"autocomplete": "street-address"})
    )

    def build(self) -> None:
        """Whoever is signed in says whose dossier it is; who is helped at the counter may have no phone."""
        if self.signed_in and not self.is_assisted:
            self.fields = {"for_whom": self._whose(), **self.fields}
            if self.is_bound and "for_whom" not in self.data:
                # Opened before the question was there, or sent by a program: one's own number says as much.
                self.data = MultiValueDict({**dict(self.data), "for_whom": [ForWhom.SELF]})
        if not self.is_assisted:
            return
        phone = self.fields["owner_phone"]
        phone.required, phone.help_text = False, _("Số của chính công dân, để nhận mã xác nhận. Không có thì để trống.")
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"  # the officer's browser fills in nobody else

    def clean(self) -> dict[str, Any]:
        """Ask whose it is where the number is not that of who is signed in; other papers than căn cước tell nothing."""
        data = super().clean()
        paper, whose = self.papers.get("owner_identity_number"), data.get("for_whom")
        if not whose or paper is None or paper.kind != DocumentKind.CCCD:
            return data
        is_own = paper.number == self.signed_in
        if whose == ForWhom.SELF and not is_own:
            words = _("Số giấy tờ ghi bên dưới không phải của bạn. Nếu đúng là của người khác, hãy chọn “%(other)s”.")
            self.add_error("for_whom", words % {"other": ForWhom.OTHER.label})
        elif whose == ForWhom.OTHER and is_own:
            self.add_error("owner_identity_number", _("Đây là số của bạn. Hãy ghi tên và số giấy tờ của người kia."))
        return data

    @staticmethod
    def _whose() -> forms.ChoiceField:
        return forms.ChoiceField(
            label=_("Hồ sơ này của ai?"),
            help_text=_("Nộp thay thì ghi bên dưới tên và giấy tờ của người đó; quầy có thể hỏi giấy ủy quyền."),
            choices=ForWhom.choices,
            initial=ForWhom.SELF,
            widget=forms.RadioSelect,
        )


class MatterForm(StepForm):
    """Where, what the fee depends on, and what the procedure itself asks."""

    slug = "noi-dung"
    title = _("Nội dung")

    agency = forms.ModelChoiceField(
        label=_("Nơi nhận hồ sơ"), queryset=Agency.objects.none(), empty_label=_("Chọn nơi nhận"), widget=PlaceSelect
    )

    #: Which questions about the fee the page had: another office's schedule may ask others.
    fee_questions = forms.CharField(required=False, widget=forms.HiddenInput())

    def build(self) -> None:
        """Build the questions from the fee rules of the case at the agency chosen, and the procedure's rows."""
        today = timezone.localdate()
        offering = self.case.procedure.agencies.existing_on(today).order_by("name")
        self.fields["agency"].queryset = offering.prefetch_related(  # type: ignore[attr-defined]
            "inheritances__predecessor"
        )
        if offering.count() > PlaceSelect.FEW:
            self.fields["agency"].widget.attrs["data-places"] = _("Gõ tên xã, phường (tên cũ cũng được)")
        if len(first := list(offering[:2])) == 1:
            self.fields["agency"].initial = first[0]
        self._questions_of_the_fee = self._ask_for_the_fee(self._chosen_agency(), today)
        self.fields["fee_questions"].initial = self._questions_of_the_fee
        self.questions = list(self.case.procedure.questions.all())
        for question in self.questions:
            self.fields |= question_fields(QUESTION + question.slug, question)

    def _chosen_agency(self) -> Agency | None:
        """Return whose fees are asked for: of the agency sent, else of the one the page begins with."""
        field = self.fields["agency"]
        value = self.data.get("agency") if self.is_bound else self.get_initial_for_field(field, "agency")
        try:
            return cast(Agency | None, field.clean(value.pk if isinstance(value, Agency) else value))
        except forms.ValidationError:
            return None  # said where the field is validated

    def _ask_for_the_fee(self, agency: Agency | None, today: date) -> str:
        """Add the fields the amount depends on; return which they are, with what can be chosen, as one word."""
        current = in_force(rules_for(self.case, today, agency), today)
        for choice in choice_fields(current):
            # An area left open follows from the agency's name (`procedures.areas`).
            is_open = choice.name == "area"
            options = [("", _("Theo nơi nhận hồ sơ")), *choice.options] if is_open else list(choice.options)
            self.fields[choice.name] = forms.ChoiceField(label=choice.label, choices=options, required=not is_open)
        counted = fact_fields(current)
        for field in counted:
            self.fields[field.name] = CountField(label=field.label, required=False)
        # A page that did not ask yet begins with 1; a number that was asked for and left out is missing.
        first = [""] if self.is_bound else ["1"]
        self.counts = read_counts(counted, {field.name: self[field.name].value() or first for field in counted})
        if reductions := groups(current):
            self.fields["groups"] = forms.MultipleChoiceField(
                label=_("Thuộc diện được miễn, giảm?"),
                help_text=_("Mang giấy tờ chứng minh khi nhận kết quả."),
                choices=[(slug, name_for_reader(name)) for slug, name in reductions.items()],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        return " ".join([*(choice.name for choice in choice_fields(current)), *self.counts.typed, *sorted(reductions)])

    def clean(self) -> dict[str, Any]:
        """Refuse answers to other questions than the chosen agency asks: what was not asked would change the fee."""
        data = super().clean()
        for name, faults in self.counts.faults.items():
            self.add_error(name, faults)
        self._hold_against_case(data)
        if data.get("agency") and data.get("fee_questions") != self._questions_of_the_fee:
            self.data = sent = cast(MultiValueDict[str, str], self.data).copy()
            sent["fee_questions"] = self._questions_of_the_fee  # shown below the message now
            words = _("Nơi này hoặc trường hợp này hỏi thêm, hỏi khác để tính phí. Hãy xem lại các câu bên dưới.")
            self.add_error("agency", words)
        return data

    def _hold_against_case(self, data: dict[str, Any]) -> None:
        """Say beside its question what contradicts the case; `right_cases` are those the answers lead to."""
        given = {question.slug: data.get(QUESTION + question.slug) for question in self.questions}
        if contradiction := right_case.contradiction(self.case, given, data.get("agency")):
            fault, self.right_cases = contradiction
            self.add_error(QUESTION + cast(Question, self.case.decided_by).slug, fault)

    @classmethod
    def suggested(cls, answers: Answers) -> dict[str, Any]:
        """Prefill what was entered in the calculator."""
        calculated = answers.get(CALCULATOR, {})
        several = {"groups", *FACT_LABELS}
        return {name: values if name in several else values[0] for name, values in calculated.items() if values}

    def answers(self) -> tuple[tuple[str, str], ...]:
        """Return the procedure's questions that were answered, each with its answer as text."""
        given = [
            (question, self.papers.get(name := QUESTION + question.slug) or self.cleaned_data.get(name))
            for question in self.questions
        ]
        answered = [(question, value) for question, value in given if value not in (None, "")]
        return tuple((question.label, question.answer_text(value)) for question, value in answered)


class PapersForm(StepForm):
    """How the result comes back. The papers themselves are sent one by one beside this form."""

    slug = "giay-to"
    title = _("Giấy tờ, nhận kết quả")

    return_method = forms.ChoiceField(
        label=_("Cách nhận kết quả"), choices=ReturnMethod.choices, initial=ReturnMethod.COUNTER
    )

    def build(self) -> None:
        """Say what the post takes before it is chosen."""
        self.fields["return_method"].help_text = _("Qua bưu điện: %(postage)s") % {"postage": _postage_in_words()}


def _postage_in_words() -> str:
    today = timezone.localdate()
    prices = [(zone.label, PostageRate.on(zone, today)) for zone in PostalZone]
    lines = [f"{label}: {dong_for_reader(rate.amount)}" for label, rate in prices if rate]
    if not lines:
        return gettext("Cước trả cho bưu tá khi nhận.")
    return gettext("Cước thu hộ bưu điện, nộp cùng phí. %(prices)s.") % {"prices": "; ".join(lines)}


class AddressForm(StepForm):
    """Where the post brings the result, and what that costs."""

    slug = "dia-chi"
    title = _("Địa chỉ nhận kết quả")

    receiver_name = NameField(label=_("Người nhận"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    receiver_phone = PhoneField(label=_("Điện thoại người nhận"), help_text=_("Bưu tá gọi số này trước khi phát."))
    street = PlainTextField(
        label=_("Số nhà, đường, thôn"), max_length=200, widget=forms.TextInput({"autocomplete": "address-line1"})
    )
    commune = AddressField(
        label=_("Xã, phường"), max_length=100, widget=forms.TextInput({"autocomplete": "address-level2"})
    )
    province = forms.ChoiceField(
        label=_("Tỉnh, thành phố"),
        choices=[(name, name) for name in PROVINCES],
        initial=postal_orders.HOME,
        widget=forms.Select({"autocomplete": "address-level1"}),
    )

    def build(self) -> None:
        """Say what the post takes today."""
        self.fields["province"].help_text = _postage_in_words()

    def address(self) -> postal_orders.Address:
        """Return what was filled in."""
        return postal_orders.Address(**self.cleaned_data)

    @classmethod
    def is_asked(cls, answers: Answers) -> bool:
        """Only of who wants the result by post."""
        return list(answers.get(PapersForm.slug, {}).get("return_method", ())) == [ReturnMethod.POST]

    @classmethod
    def suggested(cls, answers: Answers) -> dict[str, Any]:
        """Most people have it sent to themselves."""
        person = answers.get(PersonForm.slug, {})
        names = {"receiver_name": "owner_name", "receiver_phone": "owner_phone"}
        return {name: person[field][0] for name, field in names.items() if person.get(field)}


STEPS: tuple[type[StepForm], ...] = (PersonForm, MatterForm, PapersForm, AddressForm)


def asked_of(answers: Answers) -> list[type[StepForm]]:
    """Return the steps of a draft in their order."""
    return [step for step in STEPS if step.is_asked(answers)]
