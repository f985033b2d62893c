import sqlalchemy as sa
from alembic import op

revision = "aa02"
down_revision = "aa01"


def upgrade():
    op.add_column("save", sa.Column("name", sa.String(20)))
