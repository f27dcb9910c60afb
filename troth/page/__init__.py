"""What everyone can see: the public trust page, live or published as files."""
