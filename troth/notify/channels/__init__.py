"""One file per channel: its name is the channel's key. See troth/notify/channel.py."""
