"""Factories of test data, one file per subject."""
