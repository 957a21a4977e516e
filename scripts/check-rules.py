#!/usr/bin/env python3
"""Holds the rules of the layout (CONTRIBUTING.md) against the sources: who may import whom, where real time may be read, how
long a file and a comment's line may be, where a metric's name may stand, and that Package.swift names what is imported. Called by
scripts/check.sh; prints what is wrong."""
import os
import re
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
STAGES = {"DeskFront", "Ingest", "IngestHTTP", "SecureScoring", "TokenService", "ModelSync"}
# Shells do input and output and so live in real time; `Stages` owns the clock.
SHELLS = {"DeskStore", "KafkaLog", "LocalStore", "TLSTransport", "HTTPFront", "IngestHTTP", "Roles", "Terminal", "LocalConsortium"}
PROGRAMS = {"cordon", "cordon-bench", "cordon-simulate"}
# Commands of `cordon` by area: a shell's part of the program, which no other area sees and nothing but the program imports.
COMMANDS = {"DeskCommands", "ConsortiumCommands", "SyncCommands", "DataCommands"}
REAL_TIME = re.compile(r"\bContinuousClock\b|\bSuspendingClock\b|\bThread\.sleep\b|\bDate\(\)|\bDate\(timeIntervalSinceNow|\bDate\.now\b|\bclock_gettime\b|\busleep\b")
# Tests wait for what happens, not for time; those of processes alone may look now and then whether it has.
SLEEP = re.compile(r"\b(?:Thread\.sleep|Task\.sleep|usleep|nanosleep)\b|(?<![\w.])sleep\(")
SLEEP_IN = "ProcessTests"
# The inbox that a stage's thread waits at for frames: a lock with a time-out, beside the protocol that it serves.
REAL_TIME_EXCEPT = {"Sources/ThreeParty/Links/FrameInbox.swift"}
# Numbers as bytes are `BigEndian`'s. Secrets lies below it, and words of 256 bits are Tokens' own.
BIG_ENDIAN = re.compile(r"\.bigEndian\) \{|(?<!reversed\(\))\.reduce\(0\) \{ \$0 << 8 \|")
BIG_ENDIAN_EXCEPT = {"Sources/Secrets/SecretKey.swift", "Sources/Tokens/Group/Words.swift"}
IMPORT = re.compile(r"^(?:@\w+ )*(?:package |public |internal |private )?import (?:struct |class |enum |func )?(\w+)", re.M)
SYSTEM = {"Foundation", "FoundationXML", "Dispatch", "Synchronization", "Glibc", "Testing", "XCTest"}
# A metric's name stands once: where it is declared.
METRIC = re.compile(r'\bMetric\.(?:counter|gauge|histogram)\(\s*"(cordon_\w+)"')
METRIC_NAME = re.compile(r'"cordon_[a-z]\w*')
# What librdkafka tells of itself comes under names of its own.
METRIC_NAMES_EXCEPT = {"Sources/KafkaLog/KafkaStatistics.swift"}
# An error that reaches a person speaks in a sentence of its own: Swift's text of an enum is none.
ERROR = re.compile(r"^( *)(?:\w+ )*?(?:enum|struct|class) (\w+): ([^{]*)\{", re.M)
OUTER = re.compile(r"^(?:\w+ )*?(?:enum|struct|class|extension) (\w[\w.]*)", re.M)
# Errors that never leave the function that catches them.
CONTROL_FLOW = {
    "JSONScanner.Malformed", "FieldReader.Malformed",  # become `malformedJSON`, or nil
    "RecordIntake.Refusal",  # a rejection or a `LogError`
    "MessageFault",  # becomes a `Rejection`
    "FoldedText.Fault",  # becomes an `IdentifierError`, or the text stays as it is
}
LONGEST = 400
# Columns of a comment's line; swift-format holds code to fewer, and comments to none.
COMMENT = re.compile(r"^[ \t]*//.{0,1000}$", re.M)
COMMENT_COLUMNS = 132
# A long file says why on its first line.
REASON = re.compile(r"^// A long file: \S")


def swift_files(folder):
    for place, _, names in os.walk(os.path.join(ROOT, folder)):
        if "Generated" not in place:
            yield from (os.path.join(place, name) for name in sorted(names) if name.endswith(".swift"))


def code(text):
    """The text without comments."""
    return re.sub(r"//[^\n]*", "", text)


def targets(package):
    """(name, is a test target, dependencies) of Package.swift's own targets; products count by their module's name."""
    variables = dict(re.findall(r'let (\w+) = Target\.Dependency\.product\(name: "(\w+)"', package))
    for match in re.finditer(r'\.(target|executableTarget|testTarget)\(\s*name: "([\w-]+)"(.*?)swiftSettings:', package, re.S):
        kind, name, body = match.groups()
        path = re.search(r'path: "([^"]+)"', body)
        listed = re.search(r"dependencies: \[(.*?)\](?=,\s*(?:path|exclude|$))", body.strip(), re.S)
        text = listed.group(1) if listed else ""
        found = set(re.findall(r'\.product\(\s*name: "(\w+)"', text))
        rest = re.sub(r"\.product\(.*?\)", "", text, flags=re.S)
        found |= set(re.findall(r'"([\w-]+)"', rest))
        found |= {variables[word] for word in re.findall(r"\b\w+\b", re.sub(r'"[^"]*"', "", rest)) if word in variables}
        folder = path.group(1) if path else ("Tests/" if kind == "testTarget" else "Sources/") + name
        yield name, folder, found


def errors(texts):
    """Names of a module's error types that have no sentence; nested ones with the type around them."""
    everything = "\n".join(texts)
    for text in texts:
        for match in ERROR.finditer(text):
            indent, name, conformances = match.groups()
            if not re.search(r"\bError\b", conformances):
                continue
            around = [outer.group(1) for outer in OUTER.finditer(text, 0, match.start())] if indent else []
            full = f"{around[-1]}.{name}" if around else name
            own = re.search(r"^extension " + re.escape(full) + r": [^{]*CustomStringConvertible", everything, re.M)
            if "CustomStringConvertible" not in conformances and not own and full not in CONTROL_FLOW:
                yield full


def check():
    wrong = []
    modules = {}
    declared = {}
    for path in list(swift_files("Sources")):
        name = os.path.relpath(path, ROOT)
        module = name.split(os.sep)[1]
        text = open(path, encoding="utf-8").read()
        modules.setdefault(module, []).append(text)
        if module in STAGES:
            for other in sorted(STAGES & set(IMPORT.findall(text)) - {module}):
                wrong.append(f"{name} imports {other}: stages are put together by Roles alone")
        if module != "cordon":
            for other in sorted(COMMANDS & set(IMPORT.findall(text)) - {module}):
                wrong.append(f"{name} imports {other}: an area's commands are the program's alone")
        if name not in REAL_TIME_EXCEPT and module not in SHELLS | PROGRAMS | COMMANDS | {"Stages"} and REAL_TIME.search(code(text)):
            wrong.append(f"{name} reads real time or sleeps: take a StageClock")
        if module != "Records" and name not in BIG_ENDIAN_EXCEPT and BIG_ENDIAN.search(code(text)):
            wrong.append(f"{name} writes or reads big-endian numbers by hand: Records/Encoding/BigEndian does")
        for metric in METRIC.findall(text):
            if metric in declared:
                wrong.append(f"{name} declares {metric}, which {declared[metric]} declares")
            declared[metric] = name
        if name not in METRIC_NAMES_EXCEPT:
            for metric in METRIC_NAME.findall(METRIC.sub("", text)):
                wrong.append(f"{name} names {metric[1:]} by a string: take the declared Metric")
    for module, texts in modules.items():
        for error in errors(texts):
            wrong.append(f"{module} has the error {error} without a sentence: let it conform to CustomStringConvertible")
    for folder in ("Sources", "Tests", "Benchmarks"):
        for path in swift_files(folder):
            text = open(path, encoding="utf-8").read()
            if folder == "Tests" and f"{os.sep}{SLEEP_IN}{os.sep}" not in path and SLEEP.search(code(text)):
                wrong.append(f"{os.path.relpath(path, ROOT)} sleeps: wait for what happens, or turn by hand")
            lines = text.count("\n")
            for line in COMMENT.findall(text):
                if len(line) > COMMENT_COLUMNS:
                    wrong.append(f"{os.path.relpath(path, ROOT)}: a comment's line of {len(line)} columns; scripts/check.sh --fix wraps it")
            if lines > LONGEST and not REASON.match(text):
                wrong.append(f"{os.path.relpath(path, ROOT)} has {lines} lines, more than {LONGEST}, and no reason on its first line")
    package = open(os.path.join(ROOT, "Package.swift"), encoding="utf-8").read()
    for name, folder, dependencies in targets(package):
        imported = set()
        for path in swift_files(folder):
            imported |= set(IMPORT.findall(open(path, encoding="utf-8").read()))
        for module in sorted(imported - SYSTEM - dependencies):
            wrong.append(f"{folder} imports {module}, which Package.swift does not name for {name}")
        # The attacks' target names all that an attack may be made on, whether there is one yet or not.
        for module in sorted(dependencies - imported - PROGRAMS if name != "AttackTests" else ()):
            wrong.append(f"Package.swift names {module} for {name}, which imports it nowhere")
    return wrong


if __name__ == "__main__":
    findings = check()
    for finding in findings:
        print(f"check: {finding}", file=sys.stderr)
    sys.exit(1 if findings else 0)
