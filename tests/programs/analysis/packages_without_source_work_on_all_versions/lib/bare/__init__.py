from .deep import er
