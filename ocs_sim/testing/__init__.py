"""What people who write agents need to test them."""
