"""A local CRM server that speaks HubSpot's wire format, for the demo and the tests.

It keeps everything in memory, can be told to misbehave (`faults`), and knows nothing of
Textrail: tests compare its whole content, and the official SDK proves its answers.
"""
