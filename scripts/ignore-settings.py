#!/usr/bin/env python3
"""Ignores each setting in turn, and sees the test fail that docs/configuration.md names for it.

    scripts/ignore-settings.py                 # all settings that have a setter: half an hour on two cores
    scripts/ignore-settings.py max_streams     # these
    scripts/ignore-settings.py 'A client'      # those of a chapter

A setter that is ignored returns what it was called on. The settings without one (`path`, `state`, `dispatcher_key`, ...) are
known to the macro alone, whose tests scripts/mutate-rules.py watches.

The changes are made in a copy, in the folder `ignored` of the target directory, never in the working tree.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", PROJECT / "target")).resolve() / "ignored"
COPY = TARGET / "project"
PAGE = "docs/configuration.md"
# Where the setters of a chapter are, by what stands before the dot of a key.
SOURCES = {
    ("The listener", ""): "ws-runtime/src/listener/mod.rs",
    ("The listener", "request_limits"): "ws-runtime/src/router/limits.rs",
    ("The listener", "compression"): "ws-runtime/src/compression.rs",
    ("HTTP/2", ""): "ws-runtime/src/listener/http2.rs",
    ("TLS", ""): "ws-runtime/src/listener/tls/config.rs",
    ("A service", ""): "ws-runtime/src/service/settings.rs",
    ("A client that connects again", ""): "ws-runtime/src/client/retry/mod.rs",
    ("The TLS of a client", ""): "ws-runtime/src/client/tls/config.rs",
    ("The callbacks of a client", ""): "ws-runtime/src/service/settings.rs",
}
# Where those of the chapter "A client" are, each in one of the files.
CLIENT = tuple(f"ws-runtime/src/client/{name}.rs" for name in ("builder", "builder/access", "builder/limits"))
# The key that no method of its own name sets, but the method that takes the whole.
WHOLE = {"compression.mode": ("ws-runtime/src/listener/mod.rs", "compression")}


@dataclass
class Setting:
    chapter: str
    key: str
    tests: list[str]

    def setter(self) -> tuple[str, str]:
        """Returns the file and the name of the method."""
        if self.chapter == "A client":
            return next(path for path in CLIENT if head(self.key).search((PROJECT / path).read_text())), self.key
        table, _, name = self.key.rpartition(".")
        return WHOLE.get(self.key) or (SOURCES[self.chapter, table], name)


def settings() -> list[Setting]:
    found = []
    chapter = ""
    for line in (PROJECT / PAGE).read_text().splitlines():
        if line.startswith("## "):
            chapter = line[3:]
        elif line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            found.append(Setting(chapter, cells[0].strip("`"), [test.strip("` ") for test in cells[4].split(",")]))
    return found


def head(name: str) -> re.Pattern[str]:
    """Matches the beginning of a method that sets something."""
    return re.compile(rf"^(    pub (?:const )?fn {name}(?:<[^(]*>)?\()(?:mut )?(self(?:, [^{{]*)?\) -> Self\b[^{{]*{{\n)", re.M)


def ignored(source: str, name: str) -> str | None:
    """Returns the source with a method that does nothing, or None if it has none."""
    found = head(name).search(source)
    if found is None:
        return None
    end = source.index("\n    }\n", found.end())
    return f"{source[: found.start()]}{found[1]}{found[2]}        self{source[end:]}"


def passes(test: str) -> bool:
    """Runs a test in the copy. A test that does not compile ends the script."""
    file, _, name = test.partition("::")
    command = ["cargo", "test", "--quiet", "--package", "tests", "--test", file]
    environment = {**os.environ, "CARGO_TARGET_DIR": str(TARGET), "RUSTFLAGS": "-Awarnings"}
    built = subprocess.run([*command, "--no-run"], cwd=COPY, env=environment, capture_output=True, text=True)
    if built.returncode != 0:
        sys.exit(built.stderr)
    run = [*command, "--", "--exact", name]
    process = subprocess.Popen(
        run, cwd=COPY, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        return process.wait(timeout=120) == 0
    except subprocess.TimeoutExpired:
        # The test itself too, which would go on without cargo.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return False


def copy() -> None:
    shutil.rmtree(COPY, ignore_errors=True)
    files = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    for file in filter(None, files.split("\0")):
        (COPY / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(PROJECT / file, COPY / file)


def main() -> int:
    wanted = set(sys.argv[1:])
    copy()
    unseen = 0
    for setting in settings():
        if wanted and wanted.isdisjoint({setting.key, setting.chapter}):
            continue
        path, name = setting.setter()
        source = (COPY / path).read_text()
        changed = ignored(source, name)
        if changed is None:
            print(f"{setting.key}: has no setter", flush=True)
            continue
        (COPY / path).write_text(changed)
        caught = [test for test in setting.tests if not passes(test)]
        (COPY / path).write_text(source)
        unseen += not caught
        print(f"{setting.key}: {'seen by ' + caught[0] if caught else 'IGNORED, AND NO TEST FAILS'}", flush=True)
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main())
