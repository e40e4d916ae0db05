"""Problem documents: each kind is explained, one document is in one language, nobody keeps an answer."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from agencies.models import Agency
from payments.api import authentication
from payments.api.catalogue import PROBLEMS
from payments.api.problems import _NAMES
from payments.models import Bill, IdempotentRequest
from tests.support.payments.api import new_bill, send

pytestmark = pytest.mark.django_db(transaction=True)
#: Letters that only Vietnamese has.
VIETNAMESE = re.compile("[ăâđêôơưáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]", re.IGNORECASE)
BODY = "application/json"


def answer(key: str, path: str, body: Any = None, **headers: str) -> Any:
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "k", **headers}
    client = Client(headers=headers)
    return client.get(path) if body is None else client.post(path, body, content_type=BODY)


def refusals(key: str, agency: Agency) -> list[tuple[str, Any]]:
    """Return requests that meet every place where something is refused in words of its own."""
    line = {"code": "A", "kind": "gift", "description": "", "amount": -1, "vat": 8}
    bad: dict[str, Any] = {"reference": "X\u202e", "payer_name": "123", "due_at": "0001-01-01T00:00:00Z"}
    return [
        ("/api/v1/bills", {}),
        ("/api/v1/bills", new_bill(agency, **bad, description="???", lines=[line], due=1)),
        ("/api/v1/bills", new_bill(agency, due_at="2999-01-01T00:00:00Z")),
        ("/api/v1/bills", new_bill(agency, agency="nowhere")),
        ("/api/v1/bills", "{"),
        ("/api/v1/bills", "[" * 100),
        ("/api/v1/bills?state=paid", None),
        ("/api/v1/bills?reference=a&reference=b", None),
        ("/api/v1/bills?cursor=x", None),
        ("/api/v1/bills/999999", None),
        ("/api/v1/bills/999999/cancel", {"x": 1}),
        ("/api/v1/nothing", None),
        ("/api/v1/webhooks", {"url": "http://10.0.0.1/"}),
        ("/api/v1/webhooks", {"url": "https://10.0.0.1/"}),
        ("/api/v1/webhooks", {"url": "https://localhost/"}),
        ("/api/v1/webhooks", {"url": "https://1/"}),
        ("/api/v1/webhooks", {"url": "https://a@b.example/"}),
    ]


def test_a_document_is_in_one_language(key: str, agency: Agency) -> None:
    for path, body in refusals(key, agency):
        english, vietnamese = answer(key, path, body), answer(key, path, body, **{"Accept-Language": "vi-VN,en;q=0.5"})
        assert english.status_code >= 400
        assert not VIETNAMESE.search(english.content.decode()), english.content.decode()
        assert english["Content-Language"] == "en"
        said = vietnamese.json()
        for text in (said["title"], said["detail"], *texts(said.get("errors", {}))):
            assert VIETNAMESE.search(text), text
        assert vietnamese["Content-Language"] == "vi" and "Accept-Language" in vietnamese["Vary"]


def texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [text for each in (value.values() if isinstance(value, dict) else value) for text in texts(each)]


def test_an_unknown_language_is_english_and_a_cookie_of_pages_does_not_count() -> None:
    client = Client(headers={"Accept-Language": "fr, *;q=0.1"})
    client.cookies["django_language"] = "vi"
    assert client.get("/api/v1/bills").json()["title"] == "The API key is missing"


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_address_of_every_problem_explains_it(name: str) -> None:
    page = Client().get(f"/api/problems/{name}")
    assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert str(PROBLEMS[name].advice) in page.content.decode().replace("&lt;", "<").replace("&gt;", ">")
    assert Client().get("/api/problems/no-such-problem").status_code == 404


def test_every_error_has_a_known_name() -> None:
    assert set(_NAMES.values()) <= set(PROBLEMS)
    with translation.override("en"):
        assert not VIETNAMESE.search("".join(f"{each.title}{each.advice}" for each in PROBLEMS.values()))


def test_nobody_keeps_an_answer(key: str, agency: Agency) -> None:
    paths = ("/api/v1/bills", "/api/v1/bills/1", "/api/v1/nothing")
    assert {answer(key, path)["Cache-Control"] for path in paths} == {"no-store"}
    assert Client().get("/api/v1/bills")["Cache-Control"] == "no-store"


def test_a_request_in_progress_says_when_to_come_again(key: str, agency: Agency) -> None:
    send(key, "/api/v1/bills", new_bill(agency), "k")
    IdempotentRequest.objects.update(status=None, response=None)
    refused = answer(key, "/api/v1/bills", new_bill(agency))
    assert (refused.status_code, refused["Retry-After"]) == (409, "2")
    assert refused.json()["type"] == "/api/problems/request-in-progress"


def test_wrong_keys_are_slowed_and_a_right_one_is_not(key: str) -> None:
    answers = [answer("wrong", "/api/v1/bills") for _ in range(30)]
    assert [each.status_code for each in answers] == [401] * 20 + [429] * 10
    assert answers[-1].json()["type"] == "/api/problems/throttled"
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert answer(key, "/api/v1/bills").status_code == 200


def test_a_key_has_so_many_requests_a_minute_and_is_told(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = authentication.REQUESTS
    monkeypatch.setattr(authentication, "REQUESTS", type(limit)("api", 2, limit.within))
    answers = [answer(key, "/api/v1/bills") for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert [each["RateLimit"].split(";")[1] for each in answers] == ["r=1", "r=0", "r=0"]
    assert answers[0]["RateLimit-Policy"] == '"key";q=2;w=60'
    assert 1 <= int(answers[2]["Retry-After"]) <= 60


@pytest.mark.parametrize(
    ("due", "is_taken"),
    [
        (timedelta(days=1), True),
        (timedelta(days=1800), True),
        (timedelta(seconds=-1), False),
        (timedelta(days=1900), False),
        ("0001-01-01T00:00:00Z", False),
        ("9999-12-31T23:59:59Z", False),
    ],
)
def test_a_bill_is_due_in_the_future_and_within_years(key: str, agency: Agency, due: Any, is_taken: bool) -> None:
    text = due if isinstance(due, str) else (timezone.now() + due).isoformat()
    status, said = send(key, "/api/v1/bills", new_bill(agency, due_at=text), "k")
    if is_taken:
        assert (status, datetime.fromisoformat(said["due_at"])) == (201, datetime.fromisoformat(text))
        assert "Hạn nộp" in Client().get(f"/thanh-toan/{said['token']}/").content.decode()
    else:
        assert (status, list(said["errors"])) == (422, ["due_at"])


@pytest.mark.parametrize("name", ["<b>An</b>", "0912345678", "_", "a@b.vn", "张三"])
def test_a_payer_is_named_as_in_the_forms_of_people(key: str, agency: Agency, name: str) -> None:
    status, said = send(key, "/api/v1/bills", new_bill(agency, payer_name=name), "k")
    assert (status, list(said["errors"])) == (422, ["payer_name"])


def test_a_name_is_one_line(key: str, agency: Agency) -> None:
    said = send(key, "/api/v1/bills", new_bill(agency, payer_name="Nguyễn\n\tThị  Bình", description="a\nb"), "k")[1]
    assert (said["payer_name"], said["description"]) == ("Nguyễn Thị Bình", "a b")


def test_a_second_bill_of_a_reference_is_told_of_the_first(key: str, agency: Agency) -> None:
    first, second = (
        answer(key, "/api/v1/bills", new_bill(agency), **{"Idempotency-Key": name}) for name in ("k1", "k2")
    )
    assert [each.status_code for each in (first, second)] == [201, 201]
    assert "Link" not in first.headers
    assert second.headers["Link"] == '</api/v1/bills?reference=X1>; rel="related"'
    assert [row["id"] for row in answer(key, "/api/v1/bills?reference=X1").json()["results"]] != []
    Bill.objects.update(state="cancelled")
    assert "Link" not in answer(key, "/api/v1/bills", new_bill(agency), **{"Idempotency-Key": "k3"}).headers
