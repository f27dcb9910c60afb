"""How we watch ourselves: scheduled checks that turn into signals."""
