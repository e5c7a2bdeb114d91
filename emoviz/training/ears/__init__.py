"""What a model hears with, before anything is fitted to labels."""
