"""Signed calls to other software (standardwebhooks.com)."""
