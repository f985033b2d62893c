import click


@click.command()
def quota_cmd():
    print("quota 12")
