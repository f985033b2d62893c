from django import template

register = template.Library()


@register.filter
def named(name):
    return f"Widget: {name}"
