"""What a failure of the network means, in words for people: what happened, at which host, and what that means.

Only the words. Which failures end a request is for `Client` and `wire.py` to say.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl

from urllib3.exceptions import HTTPError

from collector.http.unpacking import BadPacking, TooMuch
from collector.platforms import Trouble


class Stopped(Exception):
    """The client is being closed: nothing more is asked."""


class Surplus(Exception):
    """More came than was announced, so that what was announced cannot have been the whole."""


def explained(error: Exception, host: str, seconds: float) -> Trouble | None:
    """The trouble that an error is to the asker; None for one that is no failure of the network, but a mistake of ours.

    Args:
        seconds: the deadline that was kept to.
    """
    if isinstance(error, Stopped):
        return stopped(host)
    if isinstance(error, TooMuch):
        return Trouble("too_large", f"{host} {error}. Nothing of it was taken.")
    words = _in_words(error, host, seconds)
    return Trouble("unreachable", words) if words else None


def stopped(host: str) -> Trouble:
    return Trouble("unreachable", f"{host} was not asked to the end: collecting was stopped.")


def not_public(host: str, number: str, why: str) -> Trouble:
    leads = f"{host} is" if host == number else f"{host} leads to {number},"
    return Trouble(
        "unsafe",
        f"{leads} {why}, which is not asked. If this is meant, set allow_private_addresses = true in config.toml.",
    )


def _in_words(error: Exception, host: str, seconds: float) -> str | None:
    """What a failure of the network means, for people; None for what is not one."""
    if isinstance(error, BadPacking):
        return f"{host} {error}. Nothing of it was taken."
    if isinstance(error, socket.gaierror):
        return f"{host} cannot be found: there is no such name, or this computer is not connected to the internet."
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = error.verify_message or "it does not belong to this name"
        return (
            f"The security certificate of {host} is not accepted ({reason}). Its owner has to mend that, "
            "or this network shows a sign-in page in its place."
        )
    if isinstance(error, TimeoutError):
        return f"{host} did not answer in full within {seconds:g} seconds."
    if isinstance(error, Surplus):
        return f"{host} sent more than it had announced, so part of its answer may be missing. Nothing of it was taken."
    if isinstance(error, http.client.IncompleteRead):
        return f"{host} broke off in the middle of its answer. Nothing of it was taken."
    if isinstance(error, http.client.RemoteDisconnected):
        return f"{host} closed the connection without answering."
    if isinstance(error, ConnectionRefusedError):
        return f"{host} refuses connections: no web server is running there at the moment."
    if isinstance(error, ConnectionError):
        return f"{host} broke the connection off."
    if isinstance(error, ssl.SSLError):
        return f"No secure connection to {host} could be made. The fault is most likely at its end."
    if isinstance(error, OSError):
        if "407" in str(error) or "Tunnel" in str(error):
            return f"This network's proxy does not let coproweek through to {host} ({_status_in(error)})."
        return f"No way to {host} could be found. This computer may not be connected to the internet."
    if isinstance(error, (http.client.HTTPException, HTTPError, ValueError)):
        return f"What {host} sent is not an answer of a web server."
    return None


def _status_in(error: OSError) -> str:
    found = re.search(r"\b[1-5]\d\d\b", str(error))
    return found.group() if found else "no reason given"
