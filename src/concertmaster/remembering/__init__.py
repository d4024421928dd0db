"""What a check has said is kept, and said again as long as nothing that it depends on is other.

The key holds the bytes of every file of the project, of this program and of the index of names, the versions of
the libraries, and everything that was asked for. Kept answers are text, never run, and lie with the user's own
files: a folder inside of what is judged is not believed, since anybody may have filled it.

To say something again takes hardly longer than to list the files. These modules load as little as they can.
"""

from __future__ import annotations
