#!/usr/bin/env python3
"""Checks the house rules over the whole tree.

    check_tree.py ROOT
    check_tree.py ROOT --headers COMPILER [--stamps FILE]    compiles every header by itself instead

Exit code 1 if a rule is broken.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

import rules

FOLDERS = ("ledger", "custody_adapter", "recon", "tools", "bench", "tests")
SKIPPED = ("__pycache__",)
TEXT = (".h", ".cc", ".py", ".md", ".txt", ".cmake", ".json", ".yaml", ".yml", ".toml", ".sh")


def read_tree(root):
    """Path and text of every text file in the folders of the tree and at its root."""
    files = {}
    for path in sorted(root.iterdir()):
        if path.is_file() and path.suffix in TEXT:
            files[path.name] = path.read_text("utf-8")
    for folder in FOLDERS:
        for where, folders, names in os.walk(root / folder):
            folders[:] = sorted(f for f in folders if f not in SKIPPED)
            for name in sorted(names):
                path = pathlib.Path(where, name)
                if path.suffix in TEXT:
                    files[path.relative_to(root).as_posix()] = path.read_bytes().decode(
                        "utf-8", "replace")
    return files


def check(files):
    """Every breach as "path:line: rule: what"."""
    breaches = []
    for path, text in files.items():
        for rule in rules.RULES:
            for line, what in rule(path, text):
                breaches.append(f"{path}:{line}: {rule.__name__}: {what}")
    for rule in rules.TREE_RULES:
        for path, line, what in rule(files):
            breaches.append(f"{path}:{line}: {rule.__name__}: {what}")
    return breaches


def compile_header(compiler, root, header):
    """Nothing, or what the compiler says of the header alone."""
    result = subprocess.run(
        [compiler, "-std=c++20", "-fsyntax-only", "-w", '-DESCROW_SOURCE_DIR=""', "-I", str(root),
         "-include", header, "-x", "c++", os.devnull],
        cwd=root, text=True, capture_output=True, check=False)
    return f"{header}: does not compile alone\n{result.stderr}" if result.returncode else None


def fingerprint(header, files, compiler):
    """Changes with the header, with every file of the tree that it includes, with the compiler."""
    seen, open_ends = set(), [header]
    while open_ends:
        path = open_ends.pop()
        if path not in seen and path in files:
            seen.add(path)
            open_ends += re.findall(r'#\s*include\s*"([^"]+)"', files[path])
    text = "\0".join([compiler, *(path + "\0" + files[path] for path in sorted(seen))])
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def check_headers(compiler, root, files, stamps):
    """Compiles each header alone, but for those that compiled before as they are now: a header takes
    half a second. `stamps` keeps what compiled."""
    version = subprocess.run([compiler, "--version"], text=True, capture_output=True, check=True)
    headers = {path: fingerprint(path, files, version.stdout)
               for path in files if path.endswith(".h")}
    good = json.loads(stamps.read_text("ascii")) if stamps and stamps.exists() else {}
    changed = [path for path, mark in headers.items() if good.get(path) != mark]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = dict(zip(changed, pool.map(
            lambda header: compile_header(compiler, root, header), changed)))
    if stamps:
        kept = {path: mark for path, mark in headers.items() if results.get(path) is None}
        stamps.write_text(json.dumps(kept, indent=0), "ascii")
    return [result for result in results.values() if result]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("--headers", metavar="COMPILER")
    parser.add_argument("--stamps", type=pathlib.Path)
    options = parser.parse_args()
    files = read_tree(options.root)
    if options.headers:
        breaches = check_headers(options.headers, options.root, files, options.stamps)
        checked = f"{sum(path.endswith('.h') for path in files)} headers"
    else:
        breaches = check(files)
        checked = f"{len(files)} files"
    for breach in breaches:
        print(breach)
    print(f"{checked}, {len(breaches)} breaches")
    return 1 if breaches or not files else 0


if __name__ == "__main__":
    sys.exit(main())
