"""Twilio: text messages in and out, their signatures, segments and keywords, and a local stand-in for tests."""
