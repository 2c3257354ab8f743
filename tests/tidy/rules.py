"""The house rules that a program can check. Each rule looks at one file, given as path and text,
and yields (line number, what is wrong)."""

import re

SOURCES = (".h", ".cc")
LINES_MAX = 600

# --- layers: a folder may include itself and these ---------------------------------------------

_BASE = {"ledger/base"}
_CRYPTO = _BASE | {"ledger/crypto"}
_DOMAIN = _CRYPTO | {"ledger/domain"}
_JOURNAL = _DOMAIN | {"ledger/journal"}
_STORE = _JOURNAL | {"ledger/store"}
_ENGINE = _STORE | {"ledger/engine"}
_SERVER = _ENGINE | {"ledger/server"}
_MONITOR = _ENGINE | {"ledger/monitor"}
_RECON = _JOURNAL | {"custody_adapter", "recon"}

MAY_INCLUDE = {
    "ledger/base": _BASE,
    "ledger/crypto": _CRYPTO,
    "ledger/domain": _DOMAIN,
    "ledger/journal": _JOURNAL,
    "ledger/store": _STORE,
    "ledger/engine": _ENGINE,
    "ledger/server": _SERVER,
    "ledger/monitor": _MONITOR,
    "custody_adapter": _CRYPTO | {"custody_adapter"},
    "recon": _RECON,
    "tools": _RECON | _SERVER | _MONITOR | {"tools"},
}
ANYTHING = ("tests", "bench")

# --- libraries: their headers stay where they are named here ------------------------------------

LIBRARIES = {
    "rocksdb/": ("ledger/store/", "recon/store"),
    "openssl/": ("ledger/crypto/",),
    "boost/asio": ("ledger/server/", "tools/"),
    "boost/beast": ("ledger/server/", "tools/"),
    "CLI/": ("tools/",),
    "expat.h": ("custody_adapter/",),
    "archive": ("custody_adapter/",),
    "iconv.h": ("custody_adapter/",),
    "re2/": ("custody_adapter/",),
}
EXACT_MONEY = ("ledger/", "custody_adapter/", "recon/")

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+(["<])([^">]+)[">]', re.MULTILINE)
_NOT_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^()\\ ]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])'
    r"'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)
# Spelled in pieces, so that this file passes its own rules.
_UNFINISHED = re.compile(
    r"\b(?:TO" r"DO|FIX" r"ME)\b|(?://|#|/\*)[ \t]*XX" r"X\b|\bXX" r"X:")
_MACHINE = re.compile(r"(?<![\w.$}<-])/(?:(?:wor" r"k|roo" r"t|home/\w+)/|tmp/buil" r"d)")
_INEXACT = re.compile(r"\b(?:float|double|strtod|strtof|stod|stof|atof)\b")


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def code_only(text):
    """C++ without comments and literals; lines keep their numbers."""
    return _NOT_CODE.sub(lambda m: " " + "\n" * m[0].count("\n"), text)


def folder_of(path):
    """The layer a path belongs to: "ledger/domain", "recon"; nothing if it is in none."""
    parts = path.split("/")
    if parts[0] in ANYTHING:
        return parts[0]
    for size in (2, 1):
        name = "/".join(parts[:size])
        if len(parts) > size and name in MAY_INCLUDE:
            return name
    return None


def layering(path, text):
    if not path.endswith(SOURCES):
        return
    folder = folder_of(path)
    if folder is None:
        yield 1, "the folder is in no layer"
        return
    for match in _INCLUDE.finditer(text):
        style, target = match.groups()
        if style != '"':
            continue
        other = folder_of(target)
        if other is None:
            yield line_of(text, match.start()), f'"{target}" is not included from the root of the tree'
        elif folder not in ANYTHING and other not in MAY_INCLUDE[folder]:
            yield line_of(text, match.start()), f"{folder} must not include {other}"


def libraries(path, text):
    if not path.endswith(SOURCES) or folder_of(path) in ANYTHING:
        return
    for match in _INCLUDE.finditer(text):
        for prefix, places in LIBRARIES.items():
            if match[2].startswith(prefix) and not path.startswith(places):
                yield line_of(text, match.start()), f"<{match[2]}> outside {' and '.join(places)}"


def exact_money(path, text):
    if not path.endswith(SOURCES) or not path.startswith(EXACT_MONEY):
        return
    code = code_only(text)
    for match in _INEXACT.finditer(code):
        yield line_of(code, match.start()), f"'{match[0]}' where money is kept"


def finished(_, text):
    for match in _UNFINISHED.finditer(text):
        yield line_of(text, match.start()), f"'{match[0]}'"


def short(path, text):
    if path.endswith((*SOURCES, ".py")) and text.count("\n") > LINES_MAX:
        yield LINES_MAX, f"{text.count(chr(10))} lines, more than {LINES_MAX}"


def portable(_, text):
    for match in _MACHINE.finditer(text):
        yield line_of(text, match.start()), f"'{match[0]}' is a path of one machine"


def guarded(path, text):
    if path.endswith(".h") and "#pragma once" not in text:
        yield 1, "no #pragma once"


def tidy_text(path, text):
    if text and not text.endswith("\n"):
        yield text.count("\n") + 1, "no newline at the end"
    if path.endswith((*SOURCES, ".py", ".txt", ".cmake", ".yaml", ".toml")):
        for number, line in enumerate(text.split("\n"), 1):
            if line != line.rstrip() or "\t" in line:
                yield number, "a tab or space at the end of the line, or a tab in it"


RULES = (layering, libraries, exact_money, finished, short, portable, guarded, tidy_text)


# --- rules about the tree as a whole: {path: text} ------------------------------------------------


def names_file(text, name):
    """A list may also build names in a loop: "fuzz_${format}.cc"."""
    words = (re.escape(word) for word in re.findall(r"[\w.${}-]+", text) if "." in word)
    return any(re.fullmatch(re.sub(r"\\\$\\{\w+\\}", r"\\w+", word), name) for word in words)


def registered(files):
    """Every source is compiled and every test is run: its name stands in a CMakeLists.txt that
    belongs to its folder or one above it, below the root."""
    for path in files:
        name = path.rsplit("/", 1)[-1]
        is_test = path.startswith("tests/") and re.fullmatch(r"test_\w+\.py|\w+_test\.py", name)
        if not path.endswith(".cc") and not is_test:
            continue
        folder = path.rsplit("/", 1)[0]
        lists = []
        while "/" in folder or folder in ("tools", "recon", "bench", "custody_adapter"):
            lists.append(files.get(folder + "/CMakeLists.txt", ""))
            folder = folder.rpartition("/")[0]
        if not any(names_file(text, name) for text in lists):
            yield path, 1, "no CMakeLists.txt names this file"
    parts = re.search(r"foreach\(part ([^)]*)\)", files.get("tests/CMakeLists.txt", ""))
    for path in files:
        match = re.fullmatch(r"tests/([^/]+)/CMakeLists\.txt", path)
        if match and (parts is None or match[1] not in parts[1].split()):
            yield path, 1, "tests/CMakeLists.txt does not add this folder"


TREE_RULES = (registered,)
