"""What changes the weights."""
