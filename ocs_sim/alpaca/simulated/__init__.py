"""The world's devices, as Alpaca devices."""
