"""Spoils files and uses the window at random: what is not as it should be is a finding."""
