from dependency_injector.wiring import Provide, inject

from ..container import Container


@inject
def greet(greeting: str = Provide[Container.greeting]):
    return greeting
