"""Runs the programs of the neighbouring folders in one process."""

import asyncio
import os
import sys

import black
import click_app
import cryptography_app
import django_app
import fastapi_app
import flask_app
import httpie.core
import lxml_app
import pillow_app
import pydantic_app
import requests_rich_app
import science_app
import scipy_app
import sqlalchemy_app
import typer_app


def main():
    for module in (
        requests_rich_app,
        science_app,
        scipy_app,
        pillow_app,
        cryptography_app,
        lxml_app,
        pydantic_app,
        sqlalchemy_app,
        flask_app,
        fastapi_app,
        django_app,
    ):
        module.main()
        sys.stdout.flush()
    for module in click_app, typer_app:
        try:
            module.main()
        except SystemExit as leaving:
            assert not leaving.code
    # httpie looks for its updates in a fork of a fork. That would write again what is still buffered, and the pool of threads
    # that SciPy's transforms leave behind may wait for ever when it is forked as soon as it has been made anew.
    with open(os.path.join(os.environ["HOME"], "config.json"), "w", encoding="utf-8") as file:
        file.write('{"disable_update_warnings": true}')
    os.environ["HTTPIE_CONFIG_DIR"] = os.environ["HOME"]
    print(black.format_str("x  =  {'a' :1}", mode=black.Mode()).strip(), flush=True)
    assert httpie.core.main(["http", "--offline", "--ignore-stdin", "--quiet", "GET", "localhost/a"]) == 0


if __name__ == "__main__":
    main()
