"""An ASCOM Alpaca device server over HTTP."""
