"""Words and colours that several pages share."""

GRADE_COLORS = {
    "Confirmed": "success",
    "Likely": "info",
    "Unknown": "default",
    "Machine": "warning",
}
