"""The forms of a page as a browser reads them: controls, their values, the buttons that send them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from html.parser import HTMLParser

#: Controls a browser shows but does not send as a field.
NEVER_SENT = ("reset", "button", "image")
#: Kinds of an input in which Enter sends the form.
TYPED = ("text", "search", "email", "tel", "url", "number", "password", "date")
_NO_CONTENT = re.compile(r"<!--.*?-->|<(script|template|noscript)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_FORM = re.compile(r"<form\b.*?</form\s*>", re.DOTALL | re.IGNORECASE)
_ELSEWHERE = re.compile(
    r'<(?:input|button)\b[^>]*\sform="[^"]+"[^>]*>|<(select|textarea)\b[^>]*\sform="[^"]+"[^>]*>.*?</\1>',
    re.DOTALL | re.IGNORECASE,
)
_TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]*')


@dataclass
class Option:
    """One choice of a select."""

    value: str
    is_selected: bool = False


@dataclass
class Control:
    """One control of a form. `kind` is the type of an input, or `select`, `textarea`, `submit`."""

    name: str
    kind: str
    value: str = ""
    is_checked: bool = False
    is_required: bool = False
    is_multiple: bool = False
    attributes: dict[str, str] = field(default_factory=dict)
    options: list[Option] = field(default_factory=list)

    @property
    def values(self) -> list[str]:
        """What a browser would send of it, untouched."""
        if self.kind in ("checkbox", "radio"):
            return [self.value] if self.is_checked else []
        if self.kind == "select":
            selected = [option.value for option in self.options if option.is_selected]
            return selected if selected or self.is_multiple else [option.value for option in self.options[:1]]
        return [] if self.kind in ("file", "submit") else [self.value]


@dataclass
class HtmlForm:
    """A form. `action` is empty where the page's own address is meant; `name` is its id, `role` what it says it is."""

    action: str
    method: str
    name: str = ""
    role: str = ""
    controls: list[Control] = field(default_factory=list)

    @property
    def buttons(self) -> list[Control]:
        """The buttons that send it; some say by name and value which one was pressed."""
        return [control for control in self.controls if control.kind == "submit"]

    @property
    def fields(self) -> list[Control]:
        """The controls with a name that somebody fills in or that travel along."""
        return [control for control in self.controls if control.kind != "submit" and control.name]

    @property
    def can_be_sent(self) -> bool:
        """Whether somebody can send it: by a button, or by Enter in its only box."""
        return bool(self.buttons) or sum(control.kind in TYPED for control in self.fields) == 1


class _Reader(HTMLParser):
    """Collects the controls of one form, or those that stand alone."""

    def __init__(self) -> None:
        super().__init__()
        self.form = HtmlForm("", "get")
        self._select: Control | None = None
        self._textarea: Control | None = None
        self._option: Option | None = None
        self._option_has_value = False
        self._disabled_depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            method = given.get("method", "get").lower()
            self.form = HtmlForm(given.get("action", ""), method, given.get("id", ""), given.get("role", ""))
        elif tag == "fieldset" and ("disabled" in given or self._disabled_depth):
            self._disabled_depth += 1
        elif tag == "option" and self._select:
            self._option = Option(given.get("value", ""), "selected" in given)
            self._option_has_value = "value" in given
            if "disabled" not in given:
                self._select.options.append(self._option)
        elif tag in ("input", "select", "textarea", "button"):
            self._begin_control(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "fieldset" and self._disabled_depth:
            self._disabled_depth -= 1
        elif tag in ("option", "select"):
            self._option = None
            self._select = None if tag == "select" else self._select
        elif tag == "textarea" and self._textarea:
            # A browser drops the first line break and sends the others as CR LF.
            text = self._textarea.value.removeprefix("\n")
            self._textarea.value = text.replace("\r\n", "\n").replace("\n", "\r\n")
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._textarea.value += data
        elif self._option and not self._option_has_value:
            self._option.value += data.strip()

    def _begin_control(self, tag: str, given: dict[str, str]) -> None:
        kind = tag if tag in ("select", "textarea") else given.get("type", "submit" if tag == "button" else "text")
        if kind in NEVER_SENT or "disabled" in given or self._disabled_depth:
            return
        control = Control(
            given.get("name", ""),
            kind,
            given.get("value", "on" if kind in ("checkbox", "radio") else ""),
            is_checked="checked" in given,
            is_required="required" in given or given.get("aria-required") == "true",
            is_multiple="multiple" in given,
            attributes=given,
        )
        if tag == "select":
            self._select = control
        elif tag == "textarea":
            control.value, self._textarea = "", control
        self.form.controls.append(control)


def forms_in(html: str) -> list[HtmlForm]:
    """Return the forms of a page that send something, in their order; treat them as read-only, they are shared."""
    text = _TOKEN.sub(r"\1", _NO_CONTENT.sub("", html))
    forms = [_form(match.group()) for match in _FORM.finditer(text)]
    alone = [control for match in _ELSEWHERE.finditer(text) for control in _form(match.group()).controls]
    complete = []
    for form in forms:
        own = [control for control in form.controls if control.attributes.get("form", form.name) == form.name]
        named = [control for control in alone if form.name and control.attributes["form"] == form.name]
        controls = own + [control for control in named if control not in own]
        complete.append(replace(form, controls=controls))
    return [form for form in complete if form.method != "dialog"]


@lru_cache(maxsize=4096)
def _form(text: str) -> HtmlForm:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.form
