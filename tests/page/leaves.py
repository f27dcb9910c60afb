"""Files that are written at once, and files that can wait."""

from troth.page.sheets import Patience, Sheet, inputs


def now(text, name="index.html"):
    return Sheet(name, text, (text * 200).encode)


def leaf(name, said, around="a", made=None):
    def make():
        if made is not None:
            made.append(name)
        return f"{name} {said} {around} ".encode() * 100

    return Sheet(f"{name}/index.html", inputs(around, said), make, patience=Patience.ALWAYS)
