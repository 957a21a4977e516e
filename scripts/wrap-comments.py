#!/usr/bin/env python3
"""Wraps the paragraphs of comments in which a line is longer than 132 columns, which swift-format leaves alone. Called by
`scripts/check.sh --fix`; code, lists' indents, tables and paragraphs that fit stay as they are.
    scripts/wrap-comments.py FILE..."""
import re
import sys

LONGEST = 132
COMMENT = re.compile(r"^(\s*)(///|//)( .*)?$")
ITEM = re.compile(r"^(\s*)(?:[-*]|\d+\.) +")
# A paragraph of its own, as it stands: headings, tables, fences, and what is indented as code.
VERBATIM = re.compile(r"^(?:\s*(?:MARK:|\||#|```)|\s{4,}(?![-*] ))")


def indent(line):
    return line[: len(line) - len(line.lstrip())]


def paragraphs(lines):
    """The lines of a comment as paragraphs: (lines, indent of all lines but the first); None for what is not to be wrapped."""
    at = 0
    while at < len(lines):
        first, at = lines[at], at + 1
        if not first.strip() or VERBATIM.match(first):
            yield [first], None
            continue
        paragraph, item = [first], ITEM.match(first)
        hang = indent(first)
        while at < len(lines):
            line = lines[at]
            if not line.strip() or ITEM.match(line) or line.lstrip().startswith(("|", "#", "```")):
                break
            if item and len(paragraph) == 1 and len(indent(line)) > len(item.group(1)):
                hang = indent(line)
            elif indent(line) != hang or item and len(paragraph) == 1:
                break
            paragraph.append(line)
            at += 1
        if item and len(paragraph) == 1:
            hang = item.group(1) + "  "
        yield paragraph, hang


def wrapped(words, start, hang):
    line = start + words[0]
    for word in words[1:]:
        if len(line) + 1 + len(word) > LONGEST:
            yield line
            line = hang + word
        else:
            line += " " + word
    yield line


def wrap(text):
    lines, out, at = text.split("\n"), [], 0
    while at < len(lines):
        match = COMMENT.match(lines[at])
        if not match:
            out.append(lines[at])
            at += 1
            continue
        prefix, block = match.group(1) + match.group(2), []
        while at < len(lines) and (match := COMMENT.match(lines[at])) and match.group(1) + match.group(2) == prefix:
            block.append((match.group(3) or "")[1:])
            at += 1
        for paragraph, hang in paragraphs(block):
            whole = [(prefix + " " + line).rstrip() for line in paragraph]
            if hang is None or max(map(len, whole)) <= LONGEST:
                out += whole
                continue
            words = " ".join(line.strip() for line in paragraph).split(" ")
            out += wrapped(words, prefix + " " + indent(paragraph[0]), prefix + " " + hang)
    return "\n".join(out)


for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as file:
        text = file.read()
    if (new := wrap(text)) != text:
        with open(name, "w", encoding="utf-8") as file:
            file.write(new)
