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
