"""Errors an adapter may raise; import them from `gateways.base`."""

from __future__ import annotations

from enum import StrEnum


class GatewayError(Exception):
    """Base of everything an adapter raises on purpose."""


class BadSignature(GatewayError):
    """The message is not from the gateway, or was changed on the way. It must change nothing."""


class Malformed(GatewayError):
    """The message cannot be read as this protocol at all."""


class WrongRecipient(Malformed):
    """Signed as our gateway signs, but meant for another merchant or terminal than the contract's."""


class FileFault(StrEnum):
    """What is wrong with a settlement file."""

    FOREIGN = "foreign"
    ENCODING = "encoding"
    SHAPE = "shape"
    CHECKSUM = "checksum"
    AMOUNT = "amount"
    CUT_OFF = "cut_off"


class DamagedFile(Malformed):
    """A settlement file cannot be taken: `fault`, in which `line` (0: of the file as a whole). Told to an accountant.

    FOREIGN says that the file is not one of this gateway's at all.
    """

    def __init__(self, fault: FileFault, line: int = 0) -> None:
        super().__init__(f"settlement file: {fault}, line {line}" if line else f"settlement file: {fault}")
        self.fault = fault
        self.line = line


class GatewayUnavailable(GatewayError):
    """The request certainly did not reach the gateway; offer another one, try later."""


class GatewayMissing(GatewayUnavailable):
    """No usable package provides the gateway `slug`: it is gone or broken. What waits for it stays until it is back."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"the package of gateway {slug} is gone or broken")
        self.slug = slug


class ContractUnusable(GatewayMissing):
    """The gateway `slug` is there, but its adapter cannot be built from a contract's settings and keys.

    What waits for that contract stays until it is mended. The message names the kind of fault and a setting that is
    not there, never the value of one: values are keys.
    """

    def __init__(self, slug: str, fault: Exception) -> None:
        name = f" {fault.args[0]}" if isinstance(fault, KeyError) and fault.args else ""
        GatewayError.__init__(self, f"gateway {slug} cannot be set up from its contract: {type(fault).__name__}{name}")
        self.slug = slug


class GatewayRefused(GatewayError):
    """The gateway answered and said no: nothing was created and no money can move."""

    def __init__(self, code: str, message: str = "", *, is_configuration_fault: bool = False) -> None:
        super().__init__(f"{code} {message}".strip())
        self.code = code
        self.message = message
        self.is_configuration_fault = is_configuration_fault


class OutcomeUnknown(GatewayError):
    """The request may have been carried out: ask with `query`, never try again as new."""
