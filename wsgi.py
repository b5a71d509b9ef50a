"""What the production server loads."""

from teleconsult import create_app

app = create_app()
