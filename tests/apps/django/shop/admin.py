"""What the admin shows; found by Django's autodiscovery."""

from django.contrib import admin

from shop.models import Product

admin.site.register(Product)
