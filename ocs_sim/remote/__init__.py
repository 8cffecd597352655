"""Sites from afar: commands sent to them, and what they last told."""
