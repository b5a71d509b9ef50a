"""whose sheet a file is, when it is the scan of a counter-referral"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KEY = "fk_attachments_referral_id_referrals"


def upgrade():
    with op.batch_alter_table("attachments") as batch:
        batch.add_column(sa.Column("referral_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f(KEY), "referrals", ["referral_id"], ["id"])


def downgrade():
    with op.batch_alter_table("attachments") as batch:
        batch.drop_constraint(op.f(KEY), type_="foreignkey")
        batch.drop_column("referral_id")
