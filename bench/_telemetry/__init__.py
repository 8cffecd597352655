"""The parts of `python -m bench telemetry`: two systems that archive what one agent publishes."""
