"""Taps lie in one partition per month of their id, so that a month is dropped whole.

The id is a UUID version 7 and begins with the milliseconds of the tap: partitioning by it leaves
the primary key and `ON CONFLICT (id)` as they are. What fits no month lies in `tracking_click_other`.
The months' own partitions are made by `tracking.partitions`.
"""

from django.db import migrations

PARTITION = """
    CREATE TABLE tracking_click_by_month (LIKE tracking_click INCLUDING DEFAULTS)
        PARTITION BY RANGE (id);
    CREATE TABLE tracking_click_other PARTITION OF tracking_click_by_month DEFAULT;
    INSERT INTO tracking_click_by_month SELECT * FROM tracking_click;
    DROP TABLE tracking_click;
    ALTER TABLE tracking_click_by_month RENAME TO tracking_click;
"""
MERGE = """
    CREATE TABLE tracking_click_whole (LIKE tracking_click INCLUDING DEFAULTS);
    INSERT INTO tracking_click_whole SELECT * FROM tracking_click;
    DROP TABLE tracking_click;
    ALTER TABLE tracking_click_whole RENAME TO tracking_click;
"""
INDEX = """
    ALTER TABLE tracking_click ADD CONSTRAINT tracking_click_pkey PRIMARY KEY (id);
    CREATE INDEX tracking_click_link_time ON tracking_click (link_id, occurred_at);
    CREATE INDEX tracking_click_recipient ON tracking_click (recipient_id)
        WHERE recipient_id IS NOT NULL;
    CREATE INDEX tracking_click_time ON tracking_click USING brin (occurred_at);
"""


class Migration(migrations.Migration):
    dependencies = [("tracking", "0002_channel_rules")]
    operations = [migrations.RunSQL(PARTITION + INDEX, MERGE + INDEX)]
