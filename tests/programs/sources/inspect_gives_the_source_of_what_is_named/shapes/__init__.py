from .flat import area, Square
