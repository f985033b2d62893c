from django.db import migrations


def fill(apps, schema):
    widget = apps.get_model("shop", "Widget")
    widget.objects.bulk_create([widget(name="small"), widget(name="large")])


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [migrations.RunPython(fill)]
