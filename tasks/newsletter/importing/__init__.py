"""Taking subscribers over from elsewhere, and giving them out again as a file."""
