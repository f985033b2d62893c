from .other import NAME
