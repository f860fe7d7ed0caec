"""Tests of the settings of a task."""
