"""A gateway of another package: installed as pip would, found by its entry point, held to the same suite."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gateways import registry
from gateways.base import Answer, GatewayError, MerchantConfig, OutcomeState, OutcomeUnknown
from gateways.conformance.envelopes import as_escaped_json, as_json
from gateways.conformance.specimens import Fields, Reply, Specimen

# The whole suite, with the fixture `specimen` below instead of this repository's own gateways.
from .test_conformance import *  # noqa: F403
from .test_fuzz import *  # noqa: F403
from .test_outgoing import *  # noqa: F403

pytestmark = pytest.mark.usefixtures("specimen")
SOURCE = Path(__file__).parents[1] / "example_gateway"
KEY, REFERENCE = "an example key", "MC260715ABCDEFGHJKLMNP"


def install(site: Path) -> None:
    """Lay the package out as an installer does: its module, and a dist-info with its entry points."""
    project = tomllib.loads((SOURCE / "pyproject.toml").read_text())["project"]
    shutil.copy(SOURCE / "motcua_example.py", site)
    folder = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    folder.mkdir()
    name_and_version = f"Name: {project['name']}\nVersion: {project['version']}\n"
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\n{name_and_version}")
    lines = [f"[{group}]" for group in project["entry-points"]]
    lines += [f"{name} = {target}" for name, target in project["entry-points"][registry.GROUP].items()]
    (folder / "entry_points.txt").write_text("\n".join(lines))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of installed packages on sys.path."""
    folder = tmp_path_factory.mktemp("site")
    install(folder)
    sys.path.insert(0, str(folder))
    registry._load.cache_clear()
    yield folder
    sys.path.remove(str(folder))
    sys.modules.pop("motcua_example", None)
    registry._load.cache_clear()


@pytest.fixture(scope="module")
def specimen(site: Path) -> Specimen:
    """The wallet as the registry finds it, and the wallet's half of its protocol."""
    gateway = registry.get("example_wallet")
    module = sys.modules[gateway.__module__]
    settings, secrets = {"base_url": "https://wallet.example", "shop_id": "SHOP1"}, {"key": KEY}

    def read_answer(body: bytes) -> str:
        answer = json.loads(body)
        assert answer["signature"] == module.sign(module.ANSWER, answer, KEY)
        return str(answer["result"])

    def opened(request: Fields) -> Fields:
        answer = {"shop": "SHOP1", "ref": request["ref"], "result": "OK", "page": "https://wallet.example/p/1"}
        return {**answer, "signature": module.sign(module.OPENED, answer, KEY)}

    def sign(message: Mapping[str, Any]) -> Fields:
        return {**message, "signature": module.sign(module.EVENT, message, KEY)}

    words = {Answer.ACCEPTED: "OK", Answer.REPLAY: "OK", Answer.NOT_FOUND: "NO_ORDER"}
    words |= {Answer.WRONG_AMOUNT: "AMOUNT", Answer.BUSY: "LATER"}
    return Specimen(
        gateway=gateway,
        config=MerchantConfig(settings, secrets),
        rotated=MerchantConfig(settings, {"key": "a newer key"}, (secrets,)),
        merchant_id="SHOP1",
        merchant_ref=REFERENCE,
        amount=150000,
        paid={
            "shop": "SHOP1",
            "ref": REFERENCE,
            "amount": "150000",
            "currency": "VND",
            "transaction": "W778899",
            "status": "DONE",
            "time": "20260715093145",
            "note": "Nop phi",
        },
        signed=module.EVENT,
        signature_field="signature",
        amount_field="amount",
        time_field="time",
        text_field="note",
        sign=sign,
        envelopes={"json": as_json, "escaped json": as_escaped_json},
        codes={result: words.get(result, "ERROR") for result in Answer},
        read_answer=read_answer,
        failed={"status": "REFUSED"},
        contract_at=lambda url: MerchantConfig({**settings, "base_url": url}, secrets),
        replies=_replies(module),
        opened=opened,
        answer_signature="signature",
    )


def _replies(module: ModuleType) -> dict[str, tuple[Reply, OutcomeState | type[GatewayError]]]:
    def status(value: str, **changes: str) -> Reply:
        def reply(request: Fields) -> Fields:
            answer = {"shop": "SHOP1", "ref": request["ref"], "amount": "150000", "currency": "VND", "status": value}
            answer |= {"transaction": "W778899", "time": "20260715093145", "note": "", **changes}
            return {**answer, "signature": module.sign(module.EVENT, answer, KEY)}

        return reply

    return {
        "paid": (status("DONE"), OutcomeState.PAID),
        "debited but not final": (status("HELD"), OutcomeState.PENDING),
        "failed": (status("REFUSED"), OutcomeState.FAILED),
        "a status never heard of": (status("?"), OutcomeState.PENDING),
        "not found": (status("NONE"), OutcomeState.NOT_FOUND),
        "paid, of another order": (status("DONE", ref="ANOTHER"), OutcomeUnknown),
        "paid, without an amount": (status("DONE", amount=""), OutcomeUnknown),
    }


def test_it_is_found_beside_ours_and_speaks_for_itself(site: Path) -> None:
    assert {"example_wallet", "vnptpay", "vietinbank", "payplatform", "vietinbank_direct"} <= set(registry.all_slugs())
    assert registry.get("example_wallet").name == "Ví mẫu"
    assert registry.get("example_wallet").__module__ == "motcua_example"


def test_a_fresh_interpreter_finds_it_too_and_not_without_being_installed(site: Path) -> None:
    script = "from gateways import registry; print('example_wallet' in registry.all_slugs())"
    root = Path(registry.__file__).parents[1]
    for path, expected in ((f"{root}:{site}", "True"), (str(root), "False")):
        environment = {"PYTHONPATH": path, "PATH": ""}
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == expected
