"""Runs a command in a terminal of its own: terminal.py <answers> <command> <argument>...

The answers are a JSON array of [text, keys]: once the text was seen, the keys are typed. What the terminal showed goes
to standard output; the exit code is that of the command. TERMINAL_SIZE is its rows and columns, 40x160 by default.
"""

import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios

SILENCE = 30
ROWS, COLUMNS = map(int, os.environ.get("TERMINAL_SIZE", "40x160").split("x"))

answers = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])

shown = b""
answered = 0
while True:
    ready, _, _ = select.select([terminal], [], [], SILENCE)
    if not ready:
        os.kill(pid, 9)
        break
    try:
        chunk = os.read(terminal, 65536)
    except OSError:  # Linux says so when the command has ended
        break
    if not chunk:
        break
    shown += chunk
    while answers and answers[0][0].encode() in shown[answered:]:
        answered = len(shown)
        os.write(terminal, answers.pop(0)[1].encode())

_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(status) & 255)
