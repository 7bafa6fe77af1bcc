"""The database itself refuses to change or remove what the ledger says, or what it names."""

from django.db import migrations

TABLES = ("attribution_creditentry", "attribution_creditbatch")
NAMED = (
    ("attribution_outcome", "outcome_id"),
    ("attribution_creditrule", "rule_id"),
    ("tracking_touchpoint", "touch_id"),
)

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
# A lock is for good; only who made it may be forgotten.
PERIODS = """
    CREATE TRIGGER attribution_period_stays BEFORE DELETE OR UPDATE OF starts_on, ends_on, locked_at
        ON attribution_period FOR EACH ROW EXECUTE FUNCTION attribution_refuse_change();
    CREATE TRIGGER attribution_period_is_not_emptied BEFORE TRUNCATE ON attribution_period
        FOR EACH STATEMENT EXECUTE FUNCTION attribution_refuse_change();
"""
# Whoever removes a row that entries may name waits for the posting under way (ledger.LOCK), and
# sees its entries then; whoever posts afterwards no longer finds the row.
KEEP = """
    CREATE FUNCTION attribution_keep_named() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        is_named boolean;
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            IF NEW.id = OLD.id THEN
                RETURN NULL;
            END IF;
        END IF;
        PERFORM pg_advisory_xact_lock(2119630849);
        EXECUTE format('SELECT EXISTS (SELECT FROM attribution_creditentry WHERE %I = $1)', TG_ARGV[0])
            INTO is_named USING OLD.id;
        IF is_named THEN
            RAISE EXCEPTION 'The credit ledger names % of %: % is refused.', OLD.id, TG_TABLE_NAME, TG_OP
                USING ERRCODE = 'foreign_key_violation';
        END IF;
        RETURN NULL;
    END
    $$
"""
KEEPERS = [
    f"""
    CREATE TRIGGER attribution_keeps_{table} AFTER DELETE OR UPDATE OF id ON {table}
        FOR EACH ROW EXECUTE FUNCTION attribution_keep_named('{column}');
    CREATE TRIGGER attribution_{table}_is_not_emptied BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION attribution_refuse_change();
    """
    for table, column in NAMED
]
UNDO = [
    "DROP FUNCTION attribution_refuse_change() CASCADE",
    "DROP FUNCTION attribution_keep_named() CASCADE",
]


class Migration(migrations.Migration):
    dependencies = [("attribution", "0002_credit_rules")]

    operations = [migrations.RunSQL([FUNCTION, *TRIGGERS, PERIODS, KEEP, *KEEPERS], UNDO)]
