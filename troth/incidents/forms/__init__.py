"""What the desk asks about incidents. A field that is empty is named by the action, not here."""
