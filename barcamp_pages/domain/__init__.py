"""What a barcamp report says, as plain functions without requests, forms or channels."""
