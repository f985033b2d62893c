"""Opens two services, one through a function of its own."""

import os

import cloud


def connect(region, name):
    return cloud.client(name, region)


print(cloud.client("store") + connect("north", "queue") + cloud.token())
print(*sorted(os.listdir(cloud.FOLDER)))
