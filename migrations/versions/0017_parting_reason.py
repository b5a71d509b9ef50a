"""why two records of patients that were joined were parted again"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("patient_merges", sa.Column("undone_reason", sa.Text(), nullable=False, server_default=""))


def downgrade():
    op.drop_column("patient_merges", "undone_reason")
