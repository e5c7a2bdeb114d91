"""Writes what the pages say of the program itself, and checks where their links lead."""
