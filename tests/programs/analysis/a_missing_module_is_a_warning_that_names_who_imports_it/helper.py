import os

import plainly_missing.part
