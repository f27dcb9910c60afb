"""What is asked of people on the desk. Every form ends in a document, checked by one reader."""
