"""why a booking sheet passed the unit's quota of the month: it was asked for, and kept nowhere"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("booking_sheets") as batch:
        batch.add_column(sa.Column("over_why", sa.String(300), nullable=False, server_default=""))
    with op.batch_alter_table("booking_sheets") as batch:
        batch.alter_column("over_why", existing_type=sa.String(300), server_default=None)


def downgrade():
    with op.batch_alter_table("booking_sheets") as batch:
        batch.drop_column("over_why")
