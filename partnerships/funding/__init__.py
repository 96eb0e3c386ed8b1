"""Funding programmes, and which of them fit a project."""
