# SPDX-License-Identifier: GPL-2.0
"""svg.py TITLE [STEP ...]: what a terminal shows (standard input), as a picture; only these steps of the demonstration, if any are named."""
import re
import sys

from rich import _export_format
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

# No font from elsewhere: whoever looks at the picture shall not be seen doing so.
FORMAT = re.sub(r"@font-face \{\{.*?\}\}\s*", "", _export_format.CONSOLE_SVG_FORMAT, flags=re.DOTALL)
# Some programs strip a line's first spaces, though they are such that do not break.
FORMAT = FORMAT.replace("<svg ", '<svg xml:space="preserve" ', 1)


def steps(text, wanted):
    """The parts that begin with a step's bold number; the last one ends where the summary begins."""
    parts = re.split(r"(?m)^(?=\x1b\[1;34m *\d+  |\x1b\[1mSo\b)", text)
    chosen = [part for part in parts if (number := re.match(r"\x1b\[1;34m *(\d+)", part)) and number[1] in wanted]
    if len(chosen) != len(wanted):
        sys.exit(f"svg.py: of the steps {wanted} {len(chosen)} are there")
    return "".join(chosen)


def main():
    text = sys.stdin.read()
    if sys.argv[2:]:
        text = steps(text, sys.argv[2:])
    shown = Text.from_ansi(text.strip("\n"))
    with open("/dev/null", "w", encoding="utf-8") as nowhere:
        console = Console(record=True, file=nowhere, force_terminal=True, color_system="truecolor",
                          width=max(line.cell_len for line in shown.split("\n")) + 1)
        console.print(shown, highlight=False, no_wrap=True)
    print(console.export_svg(title=sys.argv[1], theme=MONOKAI, code_format=FORMAT, unique_id="portsock"), end="")


main()
