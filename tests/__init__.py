"""Tests: they mirror the two packages; those against real servers and a real browser are marked so."""
