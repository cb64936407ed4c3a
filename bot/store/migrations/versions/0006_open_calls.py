"""calls that are not over are found among all that ever were"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("calls_open", "calls", ["status"], postgresql_where=sa.text("status <> 'ended'"))


def downgrade() -> None:
    op.drop_index("calls_open", "calls")
