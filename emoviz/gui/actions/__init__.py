"""What can be done in the windows: tables of actions, and what makes menus of them."""
