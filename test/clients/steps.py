"""What the walks with Python expect of every step."""

import time

from botocore.exceptions import ClientError


def refused(call, code, text, **parameters):
    """Expects an AWS error of this code whose message has this text in it, in whichever case, and gives it back."""
    try:
        call(**parameters)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error.response
        assert text.lower() in error.response["Error"]["Message"].lower(), error.response
        return error.response["Error"]["Message"]
    raise AssertionError(f"{parameters} was accepted")


def wait_for(what, condition, seconds=30):
    """Asks until there is an answer other than nothing, which it gives back."""
    give_up_at = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < give_up_at, f"waited in vain for {what}"
        time.sleep(0.1)
    return found


def expect_same(sent, described, path=""):
    """Every member that was sent comes back as it was; there may be more."""
    if isinstance(sent, dict):
        for name, value in sent.items():
            assert name in described, f"{path}.{name} is not described"
            expect_same(value, described[name], f"{path}.{name}")
    elif isinstance(sent, list):
        assert len(sent) == len(described), f"{path}: {sent} became {described}"
        for index, (one, other) in enumerate(zip(sent, described)):
            expect_same(one, other, f"{path}[{index}]")
    else:
        assert sent == described, f"{path}: {sent!r} became {described!r}"
