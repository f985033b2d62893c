"""Helpers for Windows."""
