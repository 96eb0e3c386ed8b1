"""Reproducible measurements, one command each. Every figure is measured beside what it is compared with."""
