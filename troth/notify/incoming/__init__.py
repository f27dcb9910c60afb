"""Files of subscribers: our own export, and what other status pages give."""
