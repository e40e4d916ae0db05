"""A hidden field that is missing is named on the page like any other: in Vietnamese, not by its name in the code."""

from __future__ import annotations

import pytest
from django import forms

from dossiers.desk.decision_forms import AnswerForm
from dossiers.desk.forms import TakingForm
from payments.accounting import forms as accounting

FORMS: list[type[forms.Form]] = [
    AnswerForm,
    TakingForm,
    *(each for each in vars(accounting).values() if isinstance(each, type) and issubclass(each, forms.Form)),
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_every_hidden_field_that_must_come_has_a_label(form: type[forms.Form]) -> None:
    hidden = {name: field for name, field in form.base_fields.items() if isinstance(field.widget, forms.HiddenInput)}
    assert [name for name, field in hidden.items() if field.required and not field.label] == []
