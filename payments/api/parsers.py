"""Reading what clients send: JSON of bounded size and depth."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser
from rest_framework.utils.json import strict_constant

from core.nesting import MOST_NESTED, is_too_deep


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object. Raises ParseError for a name that stands twice: which value counts is a guess."""
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in values:
            raise ParseError(gettext("Trường %(name)s ghi hai lần.") % {"name": name[:64]})
        values[name] = value
    return values


class TooLarge(APIException):
    """A body beyond what the portal reads (DATA_UPLOAD_MAX_MEMORY_SIZE)."""

    status_code = 413
    default_code = "content-too-large"


class Encoded(APIException):
    """A compressed body: what it would unpack to is not bounded by its length."""

    status_code = 415
    default_code = "unsupported-media-type"


class BoundedJSONParser(JSONParser):
    """JSON in UTF-8, read only as far as the portal takes it."""

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the value. Raises ParseError, TooLarge and Encoded."""
        request = (parser_context or {}).get("request")
        if request and request.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
            raise Encoded(gettext("Hãy gửi nội dung không nén: Content-Encoding không được nhận."))
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(most + 1)
        if len(body) > most:
            raise TooLarge
        try:
            text = body.decode("utf-8-sig")
            if is_too_deep(text):
                raise ParseError(gettext("JSON lồng nhau quá %(most)s tầng.") % {"most": MOST_NESTED})
            value: dict[str, Any] = json.loads(text, parse_constant=strict_constant, object_pairs_hook=_once_each)
        except json.JSONDecodeError as error:
            place = {"line": error.lineno, "column": error.colno}
            raise ParseError(gettext("Không đọc được JSON: dòng %(line)s, cột %(column)s.") % place) from error
        except ValueError as error:
            raise ParseError(gettext("Không đọc được JSON.")) from error
        return value
