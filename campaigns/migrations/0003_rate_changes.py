"""The database itself notes every rate that came, changed or went."""

from django.db import migrations

FUNCTION = """
    CREATE FUNCTION campaigns_note_rate_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            INSERT INTO campaigns_ratechange (currency, date) VALUES (OLD.currency, OLD.date);
        END IF;
        IF TG_OP <> 'DELETE' THEN
            INSERT INTO campaigns_ratechange (currency, date) VALUES (NEW.currency, NEW.date);
        END IF;
        RETURN NULL;
    END
    $$
"""
TRIGGER = """
    CREATE TRIGGER campaigns_exchangerate_is_noted
        AFTER INSERT OR UPDATE OR DELETE ON campaigns_exchangerate
        FOR EACH ROW EXECUTE FUNCTION campaigns_note_rate_change()
"""
UNDO = "DROP FUNCTION campaigns_note_rate_change() CASCADE"


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0002_channels")]

    operations = [migrations.RunSQL([FUNCTION, TRIGGER], [UNDO])]
