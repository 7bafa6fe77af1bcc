"""The form with which an audience is uploaded."""

from django import forms
from unfold.widgets import UnfoldAdminFileFieldWidget

ACCEPTED = ".csv,.tsv,.txt,.xlsx,.json,.jsonl,.ndjson"


class AudienceUploadForm(forms.Form):
    """A file of people."""

    file = forms.FileField(
        error_messages={
            "required": "Choose a file first: CSV, XLSX or JSON.",
            "empty": "The file is empty.",
        },
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ACCEPTED, "id": "audience-file"}),
    )
