"""Stands in for pywin32."""
