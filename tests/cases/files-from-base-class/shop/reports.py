from .base import Document


class Invoice(Document):
    form = "invoice.txt"
