from shop.reports import Invoice
from shop.tables import form, load, rows

print(Invoice().text(total=3))
print(load())
print(rows())
print(form("receipt"))
