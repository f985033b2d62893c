import sqlalchemy as sa
from alembic import op

revision = "aa01"
down_revision = None


def upgrade():
    op.create_table("save", sa.Column("id", sa.Integer, primary_key=True))
