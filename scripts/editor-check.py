#!/usr/bin/env python3
"""Checks in rust-analyzer what an editor shows of a service.

The examples must have no finding. While a body is half typed, everything around it must stay as it was: the only findings are
in that body, it completes the fields and methods of the service, and what its siblings name is found in the user's own code.

Run by hand; needs `rustup component add rust-analyzer`. Without it the check is skipped, with the exit code 0.
"""

import itertools
import json
import os
import pathlib
import subprocess
import sys
import threading

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXAMPLES = sorted((ROOT / "examples").rglob("*.rs"))
# Shown to rust-analyzer instead of what is in the file; nothing is written.
STAND_IN = ROOT / "examples" / "echo.rs"
LIMIT = 600  # seconds for everything: the first build of the macro is part of it

# `^1` marks a place: the token before it is meant.
SERVICE = """\
use websocket::{Caller, Error, Listener, Message};

struct Chat {
    username^1: String,
    messages: usize,
}

#[websocket::service(path = "/chat/<username>", dispatcher_key = "event", dispatcher_stream_id = "id")]
impl Chat {
    #[upgrade]
    fn connect(username: String) -> Self {
        Self { username, messages: 0 }
    }

    #[remote]
    async fn on_open(&mut self, caller: &Caller) -> String^9 {
        let greeting = BODY
    }

    #[remote]
    fn on_join(&mut self, caller: &Caller, room: &str) -> usize {
        let name = self.username^2.clone();
        self.count^3(&name, room)
    }

    #[remote]
    fn on_join_error^4(&self, error: &Error) -> String {
        error^5.to_string()
    }

    #[remote]
    fn on_message(&mut self, caller: &Caller, message: Message) {
        caller.is_open^6();
        self.on_join^7(caller, "lobby");
    }

    fn count^8(&mut self, name: &str, room: &str) -> usize {
        self.messages += name.len() + room.len();
        self.messages
    }
}

fn main() {
    let _ = Listener::new(0).service::<Chat>();
}
"""
HALF_TYPED = ["self.^0", "self.user^0", "caller.^0", "format!(\"{}\", self.^0", "if self.^0", "match self.^0 {}"]


class Source:
    """A text with its marks taken out."""

    def __init__(self, marked):
        self.marks = {}
        parts = marked.split("^")
        self.text = parts[0]
        for part in parts[1:]:
            lines = self.text.split("\n")
            self.marks[int(part[0])] = {"line": len(lines) - 1, "character": len(lines[-1])}
            self.text += part[1:]

    def inside(self, mark):
        """The place inside of the token before a mark."""
        place = self.marks[mark]
        return {"line": place["line"], "character": place["character"] - 1}


class Editor:
    """An editor that talks to rust-analyzer."""

    def __init__(self, program):
        self.process = subprocess.Popen(
            [program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.watchdog = threading.Timer(LIMIT, self.give_up)
        self.watchdog.start()
        self.numbers = itertools.count(1)
        self.is_settled = False
        self.versions = {}

    def give_up(self):
        print(f"error: rust-analyzer was not done after {LIMIT} s", file=sys.stderr)
        self.process.kill()

    def start(self):
        capabilities = {
            "experimental": {"serverStatusNotification": True},
            "textDocument": {
                "definition": {"linkSupport": False},
                "diagnostic": {"dynamicRegistration": False},
                "hover": {"contentFormat": ["plaintext"]},
            },
            "general": {"positionEncodings": ["utf-16"]},
        }
        options = {"checkOnSave": False, "cachePriming": {"enable": False}, "completion": {"autoimport": {"enable": False}}}
        self.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": ROOT.as_uri(),
                "workspaceFolders": [{"uri": ROOT.as_uri(), "name": "workspace"}],
                "capabilities": capabilities,
                "initializationOptions": options,
            },
        )
        self.notify("initialized", {})
        while not self.is_settled:
            self.read()

    def stop(self):
        self.watchdog.cancel()
        self.request("shutdown", None)
        self.notify("exit", None)
        self.process.wait(10)

    def show(self, path, text):
        """Opens a file with this text, or changes its text."""
        uri = path.as_uri()
        version = self.versions[uri] = self.versions.get(uri, 0) + 1
        if version == 1:
            document = {"uri": uri, "languageId": "rust", "version": version, "text": text}
            self.notify("textDocument/didOpen", {"textDocument": document})
        else:
            document = {"uri": uri, "version": version}
            self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})

    def diagnostics(self, path):
        return self.request("textDocument/diagnostic", {"textDocument": {"uri": path.as_uri()}})["items"]

    def at(self, method, path, position):
        return self.request(f"textDocument/{method}", {"textDocument": {"uri": path.as_uri()}, "position": position})

    def completions(self, path, position):
        found = self.at("completion", path, position) or []
        items = found["items"] if isinstance(found, dict) else found
        return {item.get("filterText", item["label"]) for item in items}

    def request(self, method, params):
        while True:
            number = next(self.numbers)
            self.write({"id": number, "method": method, "params": params})
            while True:
                message = self.read()
                if message.get("id") == number and "method" not in message:
                    break
            if "error" not in message:
                return message["result"]
            # -32801: the text changed meanwhile; -32802: the server cancelled. Both are to be asked again.
            if message["error"]["code"] not in (-32801, -32802):
                raise SystemExit(f"error: {method}: {message['error']['message']}")

    def notify(self, method, params):
        self.write({"method": method, "params": params})

    def write(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def read(self):
        length = None
        while (line := self.process.stdout.readline().strip()) or length is None:
            if not line:
                raise SystemExit("error: rust-analyzer has ended")
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        message = json.loads(self.process.stdout.read(length))
        if message.get("method") == "experimental/serverStatus":
            status = message["params"]
            self.is_settled = status["quiescent"]
            if status["health"] == "error":
                raise SystemExit(f"error: rust-analyzer: {status['message']}")
        elif "method" in message and "id" in message:
            # A question to the editor, about its settings for instance: it has nothing to add.
            count = len(message["params"].get("items", [])) if isinstance(message["params"], dict) else 0
            result = [None] * count if message["method"] == "workspace/configuration" else None
            self.write({"id": message["id"], "result": result})
        return message


class Checks:
    """What was found wrong."""

    def __init__(self, editor):
        self.editor = editor
        self.made = 0
        self.mistakes = []

    def expect(self, is_right, mistake):
        self.made += 1
        if not is_right:
            self.mistakes.append(mistake)

    def examples(self):
        for path in EXAMPLES:
            self.editor.show(path, path.read_text())
        for path in EXAMPLES:
            found = self.editor.diagnostics(path)
            self.expect(not found, f"{path.relative_to(ROOT)}: {describe(found)}")

    def whole_service(self):
        self.siblings("a whole body", Source(SERVICE.replace("BODY", "self.username.clone(); greeting")), None)

    def mistake(self):
        """The macro runs in rust-analyzer, too: what it says about a mistake is shown."""
        self.editor.show(STAND_IN, Source(SERVICE.replace("dispatcher_key", "dispatch_key").replace("BODY", "")).text)
        found = describe(self.editor.diagnostics(STAND_IN))
        self.expect("unknown `service` attribute `dispatch_key`" in found, f"a mistake is shown as {found!r}")

    def half_typed_bodies(self):
        for body in HALF_TYPED:
            source = Source(SERVICE.replace("BODY", body))
            body = body.replace("^0", "")
            self.siblings(f"`{body}`", source, source.marks[0]["line"])
            offered = self.editor.completions(STAND_IN, source.marks[0])
            members = {"username", "messages", "count", "on_join", "on_join_error"}
            wanted = {"is_open", "try_write_text"} if body.startswith("caller") else members
            # What rust-analyzer has filtered by the letters that are there is less.
            wanted = {"username"} if body.endswith("user") else wanted
            self.expect(wanted <= offered, f"`{body}` completes to {sorted(offered)}, not to {sorted(wanted)}")
            generated = sorted(name for name in offered if name.startswith("__"))
            self.expect(not generated, f"`{body}` completes to the generated {generated}")

    def siblings(self, what, source, broken):
        """Checks everything but the line `broken`, and what the parser says about it up to the end of its body."""
        self.editor.show(STAND_IN, source.text)
        found = self.editor.diagnostics(STAND_IN)
        last = broken if broken is None else broken + 1
        elsewhere = [one for one in found if broken is None or not broken <= one["range"]["start"]["line"] <= last]
        self.expect(not elsewhere, f"{what}: {describe(elsewhere)}")
        self.expect(broken is None or len(found) > len(elsewhere), f"{what}: no finding where the mistake is")
        for use, definition in [(2, 1), (3, 8), (4, 4)]:
            self.goes_to(what, source, use, STAND_IN, source.marks[definition])
        # What the macro puts at a returned type, for the compiler to underline, is nothing to go to.
        places = self.editor.at("definition", STAND_IN, source.inside(9)) or []
        self.expect(len(places) == 1, f"{what}: mark 9 leads to {[place['uri'] for place in places]}, not to one place")
        self.goes_to(what, source, 6, ROOT / "ws-runtime" / "src" / "caller" / "mod.rs", None)
        for use, text in [(5, "error: &Error"), (7, "fn on_join(&mut self, caller: &Caller, room: &str) -> usize")]:
            hover = self.editor.at("hover", STAND_IN, source.inside(use)) or {"contents": {"value": ""}}
            shown = hover["contents"]["value"]
            self.expect(text in shown, f"{what}: hovering over mark {use} shows {shown!r}, not {text!r}")

    def goes_to(self, what, source, use, path, end):
        """Checks that a name leads to one definition: in this file and, where it is known, at this place."""
        places = self.editor.at("definition", STAND_IN, source.inside(use)) or []
        seen = [(place["uri"], place["range"]["end"]) for place in places]
        is_right = len(seen) == 1 and seen[0][0] == path.as_uri() and end in (None, seen[0][1])
        self.expect(is_right, f"{what}: mark {use} leads to {seen}, not to {path.name}:{end}")


def describe(diagnostics):
    return "; ".join(f"line {one['range']['start']['line'] + 1}: {one['message']}" for one in diagnostics)


def rust_analyzer():
    """The program of the pinned toolchain, or `None`; one that rustup only stands in for does not run."""
    program = os.environ.get("RUST_ANALYZER", "rust-analyzer")
    try:
        version = subprocess.run([program, "--version"], cwd=ROOT, capture_output=True, text=True)
    except OSError:
        return None
    if version.returncode != 0:
        return None
    print(f"== {version.stdout.strip()}")
    return program


def main():
    program = rust_analyzer()
    if program is None:
        print("skipped: no rust-analyzer; install it with `rustup component add rust-analyzer`, or name it in RUST_ANALYZER")
        return 0
    editor = Editor(program)
    checks = Checks(editor)
    try:
        editor.start()
        checks.examples()
        checks.whole_service()
        checks.mistake()
        checks.half_typed_bodies()
        editor.stop()
    finally:
        editor.watchdog.cancel()
        if editor.process.poll() is None:
            editor.process.kill()
    for mistake in checks.mistakes:
        print(f"error: {mistake}", file=sys.stderr)
    print(f"== {checks.made - len(checks.mistakes)} of {checks.made} checks passed")
    return 1 if checks.mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
