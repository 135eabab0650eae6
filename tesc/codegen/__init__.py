"""Generates files from units. Generation is pure: a unit and options go in, text comes out."""
