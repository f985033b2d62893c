"""Touches a part of a client that is imported when it is needed."""

from githubkit import GitHub

github = GitHub()
print(type(github.rest.repos).__name__, type(github.rest.issues).__name__)
