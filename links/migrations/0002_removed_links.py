"""Lets PostgreSQL itself note removed links, so that no way of deleting one is forgotten."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION links_note_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM links_removedlink WHERE removed_at < clock_timestamp() - interval '1 day';
    INSERT INTO links_removedlink (id, link_id, domain_id, code, removed_at)
    VALUES (gen_random_uuid(), OLD.id, OLD.domain_id, OLD.code, clock_timestamp());
    RETURN NULL;
END $$;
CREATE TRIGGER links_link_removed AFTER DELETE ON links_link
    FOR EACH ROW EXECUTE FUNCTION links_note_removed();
CREATE TRIGGER links_link_moved AFTER UPDATE OF code, domain_id ON links_link
    FOR EACH ROW WHEN (OLD.code IS DISTINCT FROM NEW.code
                       OR OLD.domain_id IS DISTINCT FROM NEW.domain_id)
    EXECUTE FUNCTION links_note_removed();
"""

BACKWARD = """
DROP TRIGGER links_link_moved ON links_link;
DROP TRIGGER links_link_removed ON links_link;
DROP FUNCTION links_note_removed();
"""


class Migration(migrations.Migration):
    dependencies = [("links", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
