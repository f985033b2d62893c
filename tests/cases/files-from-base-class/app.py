from shop.reports import Invoice
from shop.tables import load, rows

print(Invoice().text(total=3))
print(load())
print(rows())
