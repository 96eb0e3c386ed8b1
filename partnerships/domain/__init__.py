"""What the directory does, as plain functions."""
