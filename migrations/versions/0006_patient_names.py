"""words of patients' names, what suggests the same person, and the token of the form that began a case"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "patient_names",
        sa.Column("word", sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql"), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_patient_names_patient_id")),
        sa.PrimaryKeyConstraint("word", "patient_id", name=op.f("pk_patient_names")),
    )
    op.create_index("ix_patient_names_patient_id", "patient_names", ["patient_id"])
    op.create_index("ix_patients_birth_date", "patients", ["birth_date"])
    op.create_index("ix_patients_mother_key", "patients", ["mother_key"])
    # An index, not a constraint: SQLite would have to copy the table for one.
    op.add_column("cases", sa.Column("token", sa.String(43), nullable=True))
    op.create_index("uq_cases_token", "cases", ["token"], unique=True)


def downgrade():
    op.drop_index("uq_cases_token", table_name="cases")
    op.drop_column("cases", "token")
    op.drop_index("ix_patients_mother_key", table_name="patients")
    op.drop_index("ix_patients_birth_date", table_name="patients")
    op.drop_table("patient_names")
