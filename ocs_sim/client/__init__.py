"""Talk to agents: synchronous and asynchronous clients, discovery."""
