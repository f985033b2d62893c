"""Helpers of hooks that look into modules and libraries."""
