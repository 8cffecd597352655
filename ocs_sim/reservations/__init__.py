"""Who has reserved which site when."""
