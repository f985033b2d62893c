from django.shortcuts import render

from .models import Widget


def home(request):
    return render(request, "shop/home.html", {"widgets": Widget.objects.order_by("-name")})
