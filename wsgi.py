"""What the production server loads, and every command."""

import gc
import os
import sys

from config import ConfigError
from teleconsult import create_app

# The database, the files and the anchors hold health data: nobody else on this machine reads what is made from here on.
os.umask(0o077)

# What is loaded here lives to the end: to look for garbage among it, meanwhile and at the end, took as long as to load
# it. The web server has its own hand on the collector.
collecting = gc.isenabled()
gc.disable()
try:
    app = create_app()
except ConfigError as error:
    sys.exit(str(error))
if collecting:
    gc.freeze()
    gc.enable()
