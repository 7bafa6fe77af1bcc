"""The database itself refuses to change or remove what the ledger says."""

from django.db import migrations

TABLES = ("attribution_creditentry", "attribution_creditbatch")

FUNCTION = """
    CREATE FUNCTION attribution_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'The credit ledger is append-only: % of % is refused.', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation',
                  HINT = 'Post the difference instead: manage.py rebuild_credit.';
    END
    $$
"""
TRIGGERS = [
    f"""
    CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION attribution_refuse_change();
    CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION attribution_refuse_change();
    """
    for table in TABLES
]
UNDO = "DROP FUNCTION attribution_refuse_change() CASCADE"


class Migration(migrations.Migration):
    dependencies = [("attribution", "0002_credit_rules")]

    operations = [migrations.RunSQL([FUNCTION, *TRIGGERS], [UNDO])]
