"""The classes that specs create."""
