"""The demo: a made-up company's customers, website and CRM around a real Textrail."""
