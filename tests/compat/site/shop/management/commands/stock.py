from django.core.management.base import BaseCommand

from shop.models import Widget


class Command(BaseCommand):
    def handle(self, *args, **options):
        self.stdout.write(f"{Widget.objects.count()} widgets")
