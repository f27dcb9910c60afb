"""What the desk asks of people about components."""
