"""When a process that makes many small things looks for rubbish."""

import gc


def keep_what_is_loaded() -> None:
    """Look no more through what is loaded by now, and seldom through what comes.

    What signals and checks make thousands of a second is soon gone: looking for rubbish again and
    again would cost a tenth of each request, more than it finds.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
