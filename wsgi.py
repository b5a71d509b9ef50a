"""What the production server loads, and every command."""

import gc

from teleconsult import create_app

# What is loaded here lives to the end: to look for garbage among it, meanwhile and at the end, took as long as to load
# it. The web server has its own hand on the collector.
collecting = gc.isenabled()
gc.disable()
app = create_app()
if collecting:
    gc.freeze()
    gc.enable()
