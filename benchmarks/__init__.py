"""Measures the product; nothing here is a test."""

from __future__ import annotations
