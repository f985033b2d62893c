"""Asks a library whether it believes to be under development."""

from streamlit import config

print(config.get_option("global.developmentMode"))
