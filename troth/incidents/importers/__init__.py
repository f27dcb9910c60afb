"""What histories we read, one file each; the file's name is the word on the command line."""
