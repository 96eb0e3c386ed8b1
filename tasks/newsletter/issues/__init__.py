"""Newsletter issues that editors compose by hand."""
