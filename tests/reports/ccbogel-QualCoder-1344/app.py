# args: de
# args: fr
"""Translates words by a catalogue beside the module."""

import gettext
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
language = sys.argv[1]
with open(os.path.join(here, "i18n", language + ".mo"), "rb") as file:
    translation = gettext.GNUTranslations(file)
translation.install()
print(_("open"), _("close"))
