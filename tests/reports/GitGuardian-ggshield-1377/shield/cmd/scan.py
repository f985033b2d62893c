import click


@click.command()
@click.argument("name")
def scan_cmd(name):
    print("scanned", name)
