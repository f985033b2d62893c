# A package of parts lists all that it has.
__all__ = ["core", "extra", "qml"]
