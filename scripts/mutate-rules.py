#!/usr/bin/env python3
"""Breaks each rule of the macros in turn, and sees a test of ws-macros fail for it.

    scripts/mutate-rules.py                   # all mutants: ten minutes on two cores
    scripts/mutate-rules.py --only roles.rs   # those whose line in the list contains this text
    scripts/mutate-rules.py --list            # prints the list and runs nothing; fails when it misses the report of a mistake

A mutant is the crate with one change (see KINDS). One that passes all tests shows a rule that nothing tests, and fails the
script; so does one that does not compile. What is missing then is a case in `ws-macros/src/tests/rules`, where a mistake is no
longer reported, or in `ws-macros/src/tests/accepted.rs`, where a right service is refused. EQUIVALENT lists the mutants that
behave like the original.

The changes are made in a copy, in the folder `mutation` of the target directory, never in the working tree.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", PROJECT / "target")).resolve()
CRATE = "ws-macros"
SOURCES = PROJECT / CRATE / "src"
# The tests, and what collects the mistakes.
EXCLUDED = ("tests/", "diag.rs")
# The tests take less than a second and some megabytes. A mutant that loops is caught too.
TEST_TIMEOUT = 20  # seconds
TEST_MEMORY = 2 << 30  # bytes

KINDS = {
    "report": "a mistake is not reported",
    "check": "a check does nothing",
    "answer": "a function answers `true`, `false`, or `None` whatever it is asked",
    "condition": "an `if` or a guard holds always, or never",
    "operand": "one side of `&&` or `||` has no say",
    "boundary": "a comparison takes equal for less or greater, or no longer does",
}

OUTCOMES = ("caught", "equivalent", "survived", "does not compile", "wrongly listed")

# The mutants that no test can catch, as in the list but without the line, and why.
EQUIVALENT = {
    "args.rs, parse: diags.push(error) -> ()": "the closure that reads the arguments never fails",
    "remote.rs, parse: diags.push(error) -> ()": "the closure that reads the arguments never fails",
    (
        "args.rs, finish_arg: input.is_empty() || input.parse::<Token![,]>().is_ok()"
        " -> false || input.parse::<Token![,]>().is_ok()"
    ): "at the end there is neither a comma nor anything to report",
    (
        "check/literal.rs, check_seconds:"
        " key == Key::ConnectionClosureTimeout && negative && seconds.to_bits() == 1.0_f64.to_bits()"
        " -> key == Key::ConnectionClosureTimeout && true && seconds.to_bits() == 1.0_f64.to_bits()"
    ): "only a negative number is asked whether it means for ever",
}


@dataclass(frozen=True)
class Mutant:
    kind: str
    file: Path
    line: int
    function: str
    start: int
    end: int
    code: str
    replacement: str

    @property
    def place(self) -> str:
        return f"{self.file.relative_to(PROJECT)}:{self.line}"

    @property
    def name(self) -> str:
        """What stays the same when the lines move."""
        file = self.file.relative_to(SOURCES).as_posix()
        return f"{file}, {self.function}: {squeeze(self.code)} -> {squeeze(self.replacement)}"

    def __str__(self) -> str:
        change = f"{shorten(self.code)} -> {shorten(self.replacement)}"
        return f"{self.kind:9} {self.place} {self.function}: {change}"


def squeeze(code: str) -> str:
    return " ".join(code.split())


def shorten(code: str, limit: int = 90) -> str:
    code = squeeze(code)
    return code if len(code) <= limit else f"{code[: limit - 1]}…"


# --- Rust, as far as mutants need it ---

TOKEN = re.compile(
    r"""
    (?P<space> \s+ | //[^\n]* | /\*.*?\*/ )
    | (?P<literal> [bc]?r(?P<hashes>\#*)".*?"(?P=hashes) | [bc]?"(?:\\.|[^"\\])*" | b?'(?:\\[^']+|\\'|[^\\'])'
      | \d\w*(?:\.\d\w*)? )
    | (?P<name> '\w+ | (?:r\#)?\w+ )
    | (?P<mark> && | \|\| | => | -> | :: | [=!<>]= | \.\.=? | . )
    """,
    re.VERBOSE | re.DOTALL,
)
PARTNERS = {"(": ")", "[": "]", "{": "}"}
EXPRESSION_ENDS = {";", ",", "=", "=>", "|", "{", "}", "if", "return", "while"}
# Before these, `&&` and `||` are operators. Elsewhere they begin a reference or a closure.
ENDS_OF_OPERANDS = re.compile(r"""[\w)\]}?"'>]$""")


@dataclass(frozen=True)
class Function:
    name: str
    output: str
    opening: int  # the brace
    closing: int


@dataclass
class Code:
    """A source file as tokens, without comments and unit tests."""

    file: Path
    text: str
    tokens: list[re.Match[str]] = field(init=False)
    partners: dict[int, int] = field(init=False)
    functions: list[Function] = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = [token for token in TOKEN.finditer(self.text) if token.lastgroup != "space"]
        self.partners = self.match_brackets()
        self.drop_tests()
        self.functions = list(self.find_functions())

    def match_brackets(self) -> dict[int, int]:
        partners, opened = {}, []
        for index in range(len(self.tokens)):
            if self[index] in PARTNERS:
                opened.append(index)
            elif self[index] in PARTNERS.values():
                opening = opened.pop()
                if PARTNERS[self[opening]] != self[index]:
                    sys.exit(f"error: unmatched bracket in {self.file}:{self.line(index)}")
                partners[opening], partners[index] = index, opening
        return partners

    def drop_tests(self) -> None:
        for index in range(len(self.tokens)):
            if self.at(index, "#", "[", "cfg", "(", "test", ")", "]", "mod") and self[index + 9] == "{":
                if self.partners[index + 9] != len(self.tokens) - 1:
                    sys.exit(f"error: the unit tests must end the file {self.file}")
                del self.tokens[index:]
                return

    def find_functions(self) -> Iterator[Function]:
        for index in range(len(self.tokens) - 1):
            if self[index] != "fn" or self.tokens[index + 1].lastgroup != "name":
                continue
            arguments = self.skip_generics(index + 2)
            end = start = self.partners[arguments] + 1
            while self[end] not in ("{", ";", "where"):
                end = self.after(end)
            output = self.source(start + 1, end) if self[start] == "->" else ""
            while self[end] not in ("{", ";"):
                end = self.after(end)
            if self[end] == "{":
                yield Function(self[index + 1], output, end, self.partners[end])

    def skip_generics(self, index: int) -> int:
        depth = 0
        while depth or self[index] != "(":
            depth += {"<": 1, ">": -1}.get(self[index], 0)
            index += 1
        return index

    def __getitem__(self, index: int) -> str:
        return self.tokens[index].group() if 0 <= index < len(self.tokens) else ""

    def at(self, index: int, *texts: str) -> bool:
        return all(self[index + offset] == text for offset, text in enumerate(texts))

    def after(self, index: int) -> int:
        """The token after this one, or after the group that it begins."""
        return self.partners[index] + 1 if self[index] in PARTNERS else index + 1

    def top_level(self, start: int, end: int) -> Iterator[int]:
        while start < end:
            yield start
            start = self.after(start)

    def line(self, index: int) -> int:
        return self.text.count("\n", 0, self.tokens[index].start()) + 1

    def source(self, start: int, end: int) -> str:
        return self.text[slice(*self.span(start, end))] if start < end else ""

    def mutant(
        self, kind: str, start: int, end: int, replacement: str, part: tuple[int, int] | None = None
    ) -> Mutant:
        """Replaces the tokens from `start` to before `end`, or a part of them."""
        around = [function for function in self.functions if function.opening <= start <= function.closing]
        name = around[-1].name if around else "-"
        span = self.span(start, end)
        first, last = self.span(*part) if part else span
        replacement = self.text[span[0] : first] + replacement + self.text[last : span[1]]
        return Mutant(kind, self.file, self.line(start), name, *span, self.text[slice(*span)], replacement)

    def span(self, start: int, end: int) -> tuple[int, int]:
        return self.tokens[start].start(), self.tokens[end - 1].end()


# --- the mutants ---


def reports(code: Code) -> Iterator[Mutant]:
    """`diags.report(…)`, and calls of the functions that report for others."""
    for index in range(len(code.tokens)):
        is_method = code[index] == "." and code[index + 1] in ("report", "report_at")
        if is_method or code.at(index - 1, "diags", ".", "push"):
            start, arguments = index - 1, index + 2
        elif code[index].startswith("report_") and code[index - 1] not in (".", "fn"):
            start, arguments = index, index + 1
            while code[start - 1] == "::":
                start -= 2
        else:
            continue
        if code[arguments] == "(":
            yield code.mutant("report", start, code.after(arguments), "()")


def checks(code: Code) -> Iterator[Mutant]:
    for function in code.functions:
        replacement = {"": "{}", "Option<()>": "{ Some(()) }"}.get(function.output)
        if function.name.startswith("check") and replacement:
            yield code.mutant("check", function.opening, function.closing + 1, replacement)


def answers(code: Code) -> Iterator[Mutant]:
    for function in code.functions:
        is_option = function.output.startswith("Option<")
        for answer in {"bool": ["true", "false"]}.get(function.output, ["None"] if is_option else []):
            yield code.mutant("answer", function.opening, function.closing + 1, f"{{ {answer} }}")


def conditions(code: Code) -> Iterator[Mutant]:
    """What stands between `if` and `{`, or `=>`. What a chain would be without one of its parts, `operands` makes of it."""
    for index in range(len(code.tokens)):
        if code[index] != "if":
            continue
        end = start = index + 1
        while code[end] not in ("{", "=>", *PARTNERS.values()):
            end = code.after(end)
        parts = {code[part] for part in code.top_level(start, end)}
        if "let" in parts:
            yield code.mutant("condition", start, end, f"false && {code.source(start, end)}")
            continue
        if "||" not in parts:
            yield code.mutant("condition", start, end, "false")
        if "&&" not in parts:
            yield code.mutant("condition", start, end, "true")


def operands(code: Code) -> Iterator[Mutant]:
    for index in range(len(code.tokens)):
        operator = code[index]
        if operator not in ("&&", "||") or not ENDS_OF_OPERANDS.search(code[index - 1]):
            continue
        # `a && b` is one operand of `||`.
        stops = EXPRESSION_ENDS | ({"&&", "||"} if operator == "&&" else {"||"})
        start, end = extent(code, index, index + 1, stops)
        whole = extent(code, start, end, EXPRESSION_ENDS)
        neutral = "true" if operator == "&&" else "false"
        if not binds(code, start, index):
            yield code.mutant("operand", *whole, neutral, part=(start, index))
        if code[index + 1] != "let":
            yield code.mutant("operand", *whole, neutral, part=(index + 1, end))


def extent(code: Code, start: int, end: int, stops: set[str]) -> tuple[int, int]:
    """Widens a range of tokens up to these, or to the group that it stands in."""
    while code[start - 1] not in stops and code[start - 1] not in PARTNERS:
        start = code.partners.get(start - 1, start - 1)
    while code[end] not in stops and code[end] not in PARTNERS.values():
        end = code.after(end)
    return start, end


def binds(code: Code, start: int, end: int) -> bool:
    """Whether an operand is what a `let` of a condition matches: `if let Some(x) = f(y) && …`."""
    if code[start - 1] != "=":
        return False
    while code[start - 1] not in ("let", ";", "{"):
        start -= 1
    return code[start - 1] == "let" and code[start - 2] in ("if", "while", "&&")


def boundaries(code: Code) -> Iterator[Mutant]:
    """Comparisons. Those of one character have spaces around them; the brackets of generics have not."""
    swapped = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
    for index, token in enumerate(code.tokens):
        around = code.text[token.start() - 1] + code.text[token.end() : token.end() + 1]
        if code[index] in swapped and around.isspace():
            yield code.mutant("boundary", index, index + 1, swapped[code[index]])


def find_mutants() -> list[Mutant]:
    found: list[Mutant] = []
    for file in sorted(SOURCES.rglob("*.rs")):
        if file.relative_to(SOURCES).as_posix().startswith(EXCLUDED):
            continue
        code = Code(file, file.read_text())
        mutants = {
            mutant for find in (reports, checks, answers, conditions, operands, boundaries) for mutant in find(code)
        }
        check_reports(file, code.text, mutants)
        found.extend(sorted(mutants, key=lambda mutant: (mutant.start, mutant.end, mutant.replacement)))
    return found


def check_reports(file: Path, text: str, mutants: set[Mutant]) -> None:
    """Every call of a method of `diags` must be a mutant: a new way to report would go untested."""
    known = {mutant.start for mutant in mutants if mutant.kind == "report"}
    for use in re.finditer(r"\bdiags\s*\.\s*(?!finish\b)", text):
        if use.start() not in known:
            line = text.count("\n", 0, use.start()) + 1
            sys.exit(f"error: {file.relative_to(PROJECT)}:{line} reports in a way that this script does not know")


# --- running them ---


class Copy:
    """The project with a copy of the crate, which may be changed."""

    root = TARGET / "mutation" / "project"

    def __init__(self) -> None:
        self.root.parent.mkdir(parents=True, exist_ok=True)
        self.lock = open(self.root.parent / "lock", "w")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"error: another run uses {self.root}")
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir()
        for entry in PROJECT.iterdir():
            copy = self.root / entry.name
            if entry.is_file():
                shutil.copy2(entry, copy)
            elif entry.name == CRATE:
                # As new files: cargo would take the last mutant of an earlier run for the build of older ones.
                shutil.copytree(entry, copy, copy_function=shutil.copy)
            elif entry.name not in (".git", "target"):
                copy.symlink_to(entry)

    def test(self, mutant: Mutant) -> str:
        file = self.root / mutant.file.relative_to(PROJECT)
        original = file.read_text()
        file.write_text(original[: mutant.start] + mutant.replacement + original[mutant.end :])
        try:
            return self.run_tests()
        finally:
            file.write_text(original)

    def run_tests(self) -> str:
        """Returns "survived", "caught", or "does not compile"."""
        if "error: could not compile" in self.cargo_test("--no-run"):
            return "does not compile"
        output = self.cargo_test(timeout=TEST_TIMEOUT, memory=TEST_MEMORY)
        return "survived" if "test result: ok" in output else "caught"

    def cargo_test(self, *options: str, timeout: int | None = None, memory: int | None = None) -> str:
        def limit_memory() -> None:
            if memory:
                resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

        command = ["cargo", "test", "--locked", "--package", CRATE, "--lib", "--color", "never", *options]
        process = subprocess.Popen(
            command,
            cwd=self.root,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=limit_memory,
        )
        try:
            output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            return "out of time"
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if process.returncode == 0 or "error: could not compile" in output or "error: test failed" in output:
            return output
        sys.exit(f"error: `{' '.join(command)}` failed in {self.root}:\n{output}")


def environment() -> dict[str, str]:
    removed = ("CARGO_ENCODED_RUSTFLAGS", "UPDATE_EXPECT")
    inherited = {name: value for name, value in os.environ.items() if name not in removed}
    return inherited | {
        "CARGO_BUILD_JOBS": "2",
        "CARGO_INCREMENTAL": "1",
        "CARGO_PROFILE_DEV_DEBUG": "0",
        "CARGO_TARGET_DIR": str(TARGET / "mutation" / "build"),
        # A mutant leaves things unused.
        "RUSTFLAGS": "-A warnings",
        "RUST_BACKTRACE": "0",
    }


def run(mutants: list[Mutant]) -> bool:
    """Tests the mutants, prints a table, and returns whether all is well."""
    began = time.monotonic()
    copy = Copy()
    if (outcome := copy.run_tests()) != "survived":
        sys.exit(f"error: the tests of {CRATE} do not pass as they are: `cargo test -p {CRATE} --lib` ({outcome})")
    outcomes: list[tuple[Mutant, str]] = []
    for number, mutant in enumerate(mutants, 1):
        outcome = copy.test(mutant)
        if mutant.name in EQUIVALENT:
            outcome = {"survived": "equivalent", "caught": "wrongly listed"}.get(outcome, outcome)
        outcomes.append((mutant, outcome))
        print(f"{number:4}/{len(mutants)} {outcome:10} {mutant}", flush=True)
    print_table(Counter((mutant.kind, outcome) for mutant, outcome in outcomes))
    print(f"{len(mutants)} mutants in {time.monotonic() - began:.0f} s")
    wrong = [(mutant, outcome) for mutant, outcome in outcomes if outcome not in ("caught", "equivalent")]
    for mutant, outcome in wrong:
        change = f"{squeeze(mutant.code)} -> {squeeze(mutant.replacement)}"
        print(f"error: {mutant.place}: {outcome}: {change}", file=sys.stderr)
    return not wrong


def print_table(counts: Counter[tuple[str, str]]) -> None:
    found = {outcome for _, outcome in counts}
    columns = [column for column in OUTCOMES if column in found or column in ("caught", "survived")]
    totals = [sum(counts[kind, column] for kind in KINDS) for column in columns]
    print(f"\n{'':9}" + "".join(f"{column:>18}" for column in ["mutants", *columns]))
    for kind, meaning in KINDS.items():
        print_row(kind, [counts[kind, column] for column in columns], meaning)
    print_row("all", totals, "")


def print_row(name: str, numbers: list[int], meaning: str) -> None:
    print(f"{name:9}" + "".join(f"{number:18}" for number in [sum(numbers), *numbers]) + f"   {meaning}".rstrip())


def main() -> None:
    description, _, epilog = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        description=description, epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--list", action="store_true", help="print the mutants, run nothing")
    parser.add_argument("--only", default="", metavar="SUBSTRING", help="only the mutants whose line contains this")
    options = parser.parse_args()
    mutants = find_mutants()
    if gone := EQUIVALENT.keys() - {mutant.name for mutant in mutants}:
        sys.exit("error: EQUIVALENT lists what is no mutant:\n" + "\n".join(sorted(gone)))
    mutants = [mutant for mutant in mutants if options.only in str(mutant)]
    if not mutants:
        sys.exit("error: there is no such mutant")
    if options.list:
        print(*mutants, sep="\n")
    elif not run(mutants):
        sys.exit(1)


main()
