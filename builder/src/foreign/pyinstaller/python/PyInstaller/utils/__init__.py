"""Helpers of specs and hooks."""
