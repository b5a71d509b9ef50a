"""when a calendar's feed was last read was a column that nothing wrote and nothing read"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade():
    op.drop_column("feeds", "read_at")


def downgrade():
    op.add_column("feeds", sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))
