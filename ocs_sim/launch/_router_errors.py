"""What can go wrong with the router and its private environment."""

from __future__ import annotations

from ocs_sim.errors import ObservatoryError


class RouterError(ObservatoryError):
    """The router could not be installed, configured, started or stopped."""


class CrossbarMissing(RouterError):
    """No crossbar was found: not in the site file (`crossbar: {{bin: ...}}`), not in OBSBOW_CROSSBAR, not on
    PATH, and not in {private}. Run `obsbow router install`.
    """


class CrossbarNotThere(RouterError):
    """{origin} says that crossbar is {path}, but there is no program there. Correct it, or leave it out."""


class InstallFailed(RouterError):
    """The router's private environment could not be made: `{command}` ended with code {code}.
    {tail}
    It needs the network once. Put right what these lines say and run `obsbow router install` again.
    """


class BadRouterAddress(RouterError):
    """{key} is {value!r}, where no router can listen: {reason}."""


class BadConfig(RouterError):
    """crossbar would refuse the configuration:
    {faults}
    """


class ConfigEdited(RouterError):
    """{path} was edited by hand and differs from what the site file asks for (- it has, + it would get):
    {diff}
    Nothing was changed. `obsbow crossbar generate_config --force` replaces it and keeps it as {backup}.
    """


class PortTaken(RouterError):
    """Port {port} of {interface} is taken{holder}. Stop that, or change wamp_server in the site file."""


class RouterExited(RouterError):
    """The router ended as soon as it was started. The last lines of {log}:
    {tail}
    """


class RouterNotReady(RouterError):
    """The router did not answer within {seconds:.0f} s ({missing}). The last lines of {log}:
    {tail}
    """


class RouterMisfit(RouterError):
    """The router answers, but refuses {procedure}: {error}. Its realm or its roles are not those of the site
    file; `obsbow crossbar generate_config` shows the difference.
    """


class RouterStays(RouterError):
    """The router's processes {pids} outlived SIGKILL. The kernel may be waiting for a device or a disk."""
