"""What is measured in an image: its stars, and where it points."""
