__all__ = ['EXPORTED', 'starred']
EXPORTED = 'exported'
