"""Randomly kills and suspends servers and fails AWS; nothing may be lost or left behind."""
