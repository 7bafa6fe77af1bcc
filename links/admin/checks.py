"""Link checks in the admin."""

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from campaigns.admin_base import ReadOnlyTextrailAdmin
from links.admin.check_words import COLORS, WORDS
from links.models import LinkCheck


@admin.register(LinkCheck)
class LinkCheckAdmin(ReadOnlyTextrailAdmin):
    """What each check met, hop by hop."""

    list_display = ("link_name", "device", "result", "finding", "final_status", "checked_at")
    list_filter = ("is_ok", "device", "checked_at")
    list_select_related = ("link__domain", "link__send")
    search_fields = ("link__code", "final_url", "link__send__name")
    fields = ("link", "device", "result_tag", "checked_at", "problem_list", "hop_table")
    readonly_fields = ("result_tag", "problem_list", "hop_table")

    class Media:
        css = {"all": ("links/links.css",)}

    @display(description="Link", ordering="link__code")
    def link_name(self, check: LinkCheck) -> str:
        """The short address."""
        return str(check.link)

    @display(description="Result", ordering="is_ok", label=COLORS)
    def result(self, check: LinkCheck) -> str:
        """Whether the link worked."""
        return WORDS[check.is_ok]

    @display(description="What was found", empty_value="All well")
    def finding(self, check: LinkCheck) -> str | None:
        """The first problem, shortened."""
        text = check.problems[0]["message"] if check.problems else None
        return text if text is None or len(text) <= 70 else f"{text[:69]}…"

    @display(description="Result")
    def result_tag(self, check: LinkCheck) -> SafeString:
        """Whether the link worked, as a coloured tag."""
        kind = "good" if check.is_ok else "bad"
        text = WORDS[check.is_ok]
        return format_html('<span class="tr-tag tr-tag-{}">{}</span>', kind, text)

    @display(description="What was found")
    def problem_list(self, check: LinkCheck) -> SafeString | str:
        """All problems in words."""
        if not check.problems:
            return "All well: the page opens, every UTM value arrives."
        return render_to_string("links/_problems.html", {"problems": check.problems})

    @display(description="Way")
    def hop_table(self, check: LinkCheck) -> SafeString:
        """Every hop with its answer and time."""
        return render_to_string("links/_hops.html", {"hops": check.hops})
