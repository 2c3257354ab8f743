#!/usr/bin/env python3
"""Holds escrowd to openapi.yaml: every documented operation answers with a documented status and
type, every route of the server is documented, and every required member is there.

Usage: contract_test.py ESCROWD LEDGER_SERVER_FOLDER        (needs python3-yaml)
"""
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time

import yaml


class Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(self.path)


failures = []


def check(condition, what):
    if not condition:
        failures.append(what)
        print("FAILED:", what)


def resolve(document, node):
    while isinstance(node, dict) and "$ref" in node:
        target = document
        for part in node["$ref"].lstrip("#/").split("/"):
            target = target[part]
        node = target
    return node


def check_references(document, node):
    if isinstance(node, dict):
        if "$ref" in node:
            resolve(document, node)
        for value in node.values():
            check_references(document, value)
    elif isinstance(node, list):
        for value in node:
            check_references(document, value)


def check_value(document, schema, value, where):
    """The part of JSON Schema that the contract uses."""
    schema = dict(resolve(document, schema))
    for part in schema.get("allOf", []):
        part = resolve(document, part)
        schema["required"] = schema.get("required", []) + part.get("required", [])
        schema["properties"] = {**schema.get("properties", {}), **part.get("properties", {})}
    for name in schema.get("required", []):
        check(isinstance(value, dict) and name in value, f"{where}: '{name}' is missing")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        for name, inner in value.items():
            if name in known:
                check_value(document, known[name], inner, f"{where}.{name}")
            elif known:
                check(False, f"{where}: '{name}' is not documented")
    if isinstance(value, list) and "items" in schema:
        for index, inner in enumerate(value):
            check_value(document, schema["items"], inner, f"{where}[{index}]")
    kinds = {"string": str, "integer": int, "boolean": bool, "object": dict, "array": list,
             "null": type(None)}
    wanted = schema.get("type")
    if wanted:
        wanted = wanted if isinstance(wanted, list) else [wanted]
        check(isinstance(value, tuple(kinds[k] for k in wanted)), f"{where}: not a {wanted}: {value!r}")
    if "pattern" in schema and isinstance(value, str):
        check(re.search(schema["pattern"], value), f"{where}: '{value}' is not {schema['pattern']}")
    if "enum" in schema:
        check(value in schema["enum"], f"{where}: {value!r} is none of {schema['enum']}")


def request(connection, method, target, body=None, content_type="application/json"):
    headers = {"Content-Type": content_type} if body is not None else {}
    connection.request(method, target, body=body, headers=headers)
    response = connection.getresponse()
    return response.status, (response.getheader("Content-Type") or "").split(";")[0], response.read()


def check_answer(document, operation, name, status, kind, body):
    responses = operation["responses"]
    check(str(status) in responses, f"{name}: status {status} is not documented: {body[:200]}")
    if str(status) not in responses:
        return
    content = resolve(document, responses[str(status)])["content"]
    check(kind in content, f"{name}: {status} has type '{kind}', documented are {list(content)}")
    if kind in content and kind.endswith("json") and kind != "application/x-ndjson":
        schema = resolve(document, content[kind]["schema"])
        if "oneOf" not in schema:
            check_value(document, schema, json.loads(body), f"{name} {status}")
    if kind in content and kind == "application/x-ndjson" and "$ref" in content[kind]["schema"]:
        for line in body.splitlines():
            check_value(document, content[kind]["schema"], json.loads(line), name)


def examples(path, operation):
    """The documented path with its examples, and with names that do not exist."""
    found, missing, query = path, path, []
    for parameter in operation.get("parameters", []):
        name = "{" + parameter["name"] + "}"
        if parameter["in"] == "path":
            found = found.replace(name, str(parameter.get("example", "d1")))
            missing = missing.replace(name, "987654321")
        elif parameter.get("required"):
            query.append(f"{parameter['name']}={parameter['example']}")
    tail = "?" + "&".join(query) if query else ""
    return found + tail, missing + tail


def seed(connection):
    commands = [
        {"id": "o1", "flow": "open_account", "authority": "platform", "client": "lender:L1"},
        {"id": "o2", "flow": "open_account", "authority": "platform", "client": "channel:alipay"},
        {"id": "o3", "flow": "open_account", "authority": "platform", "client": "borrower:B1"},
        {"id": "d1", "flow": "deposit", "authority": "bank", "client": "lender:L1",
         "channel": "alipay", "amount": 10000},
        {"id": "s1", "flow": "settle", "authority": "bank", "order": "d1", "amount": 10000},
        {"id": "p1", "flow": "open_project", "authority": "platform", "project": "P1",
         "borrower": "borrower:B1", "target": 5000, "contract_hash": "ab" * 32,
         "instalments": [{"due": "2024-07-30", "principal": 5000, "interest": 50}]},
        {"id": "b1", "flow": "bid", "authority": "client", "client": "lender:L1", "project": "P1",
         "amount": 1000},
    ]
    status, _, body = request(connection, "POST", "/v1/commands", json.dumps(commands))
    check(status == 200 and b"refused" not in body, f"seeding failed: {status} {body}")
    return commands


def check_commands(document, connection, commands):
    operation = document["paths"]["/v1/commands"]["post"]
    answer = resolve(document, {"$ref": "#/components/schemas/Answer"})
    cases = [
        (json.dumps(commands[3]), "application/json", "", 200),
        (json.dumps(commands), "application/json", "", 200),
        (json.dumps(commands[3]) + "\n", "application/x-ndjson", "", 200),
        ("{", "application/json", "", 400),
        (json.dumps({**commands[3], "amount": 1}), "application/json", "", 409),
        (json.dumps({**commands[3], "authority": "client", "id": "x"}), "application/json", "", 403),
        ("[" + "1," * 8192 + "1]", "application/json", "", 413),
        ("{}", "text/plain", "", 415),
        (json.dumps({**commands[4], "id": "s2"}), "application/json", "", 422),
        (json.dumps([{**commands[4], "id": "s3"}]), "application/json", "?atomic=true", 422),
    ]
    for body, kind, query, expected in cases:
        status, answered, got = request(connection, "POST", "/v1/commands" + query, body, kind)
        check(status == expected, f"{body[:80]}: {status} in place of {expected}: {got[:200]}")
        check_answer(document, operation, "POST /v1/commands", status, answered, got)
        if status == 200 and answered == "application/json":
            for one in [json.loads(got)] if got.startswith(b"{") else json.loads(got):
                check_value(document, answer, one, "Answer")


def check_lists(connection):
    """Listings show what was seeded, page by page, and refuse filters that cannot be meant."""

    def pages(target, name):
        rows, cursor = [], ""
        for _ in range(100):
            status, _, body = request(connection, "GET", f"{target}limit=1{cursor}")
            page = json.loads(body)
            check(status == 200 and len(page.get(name, [0, 0])) <= 1, f"{target}: {body[:200]}")
            rows += page[name]
            if "next_cursor" not in page:
                return rows
            cursor = f"&cursor={page['next_cursor']}"
        check(False, f"{target}: the listing does not end")
        return rows

    borrower = {"authority": "platform", "borrower": "borrower:B1"}
    client = {"authority": "client", "client": "lender:L1"}
    entry = json.loads(request(connection, "GET", "/v1/commands/s1")[2])
    operator = {"authority": "operators", "operator": "anna"}
    deposit = {"flow": "deposit", "authority": "bank", "client": "lender:L1", "channel": "alipay",
               "amount": 11}
    commands = [
        {"id": "p2", "flow": "open_project", "project": "P2", "target": 2000, **borrower,
         "contract_hash": "cd" * 32,
         "instalments": [{"due": "2024-07-30", "principal": 1500, "interest": 50},
                         {"due": "2024-08-30", "principal": 500, "interest": 25}]},
        {"id": "b2", "flow": "bid", "project": "P2", "amount": 2000, **client},
        {"id": "n2", "flow": "disburse", "authority": "platform", "project": "P2"},
        {"id": "r1", "flow": "reversal_propose", "entry": entry["sequence"],
         "entry_hash": entry["hash"], "reason": "twice", **operator},
        {"id": "r2", "flow": "reversal_propose", "entry": entry["sequence"],
         "entry_hash": entry["hash"], "reason": "again", **operator},
        {"id": "w1", "flow": "withdraw", "amount": 70, **client},
        {"id": "w2", "flow": "withdraw", "amount": 80, **client},
        {"id": "t1", "flow": "propose", **operator, "expires": "2024-08-09", "proposed": deposit},
        {"id": "cut1", "flow": "cut_off", "authority": "platform", "opens": "2024-07-15"},
        {"id": "cut2", "flow": "cut_off", "authority": "platform", "opens": "2024-08-02"},
    ]
    body = request(connection, "POST", "/v1/commands", json.dumps(commands))[2]
    check(b"refused" not in body, f"seeding the lists failed: {body}")
    held = {hold["order"]: hold for hold in pages("/v1/holds?client=lender:L1&", "holds")}
    check({order: hold["remaining"] for order, hold in held.items()}
          == {"b1": 1000, "w1": 70, "w2": 80}, f"holds of the lender: {held}")
    check(len(pages("/v1/holds?", "holds")) == 3, "all holds")
    check([h["order"] for h in pages("/v1/holds?kind=bid&", "holds")] == ["b1"], "bids")
    check(len(pages("/v1/holds?account=lender:L1:withdrawing&", "holds"))
          + len(pages("/v1/holds?account=lender:L1:frozen&", "holds")) == 3, "holds by account")
    check(pages("/v1/holds?client=borrower:B1&", "holds") == [], "the borrower has no holds")
    proposals = pages("/v1/proposals?", "proposals")
    reversal = {"maker": "anna", "entry": entry["sequence"], "entry_hash": entry["hash"]}
    check(proposals == [{"proposal": "r1", **reversal}, {"proposal": "r2", **reversal},
                        {"proposal": "t1", "maker": "anna", "expires": "2024-08-09",
                         "command": deposit}], f"proposals: {proposals}")
    reject = {"id": "j1", "flow": "reversal_reject", "proposal": "r1", **operator}
    check(request(connection, "POST", "/v1/commands", json.dumps(reject))[0] == 200, "reject")
    check([p["proposal"] for p in pages("/v1/proposals?", "proposals")] == ["r2", "t1"],
          "decided ones are not listed")
    late = {"project": "P2", "borrower": "borrower:B1", "instalment": 1, "due": "2024-07-30",
            "days": 3, "principal": 1500, "interest": 50}
    check(pages("/v1/overdue?", "projects") == [late], "P2 is late")
    check(pages("/v1/overdue?marked=true&", "projects") == [], "nothing is marked")
    quote = json.loads(request(connection, "GET", "/v1/projects/P2/quote?early=true")[2])
    # 50 of July, and of August's 25 three days of 31, half up: 2.
    check(quote == {"project": "P2", "business_date": "2024-08-02", "principal": 2000,
                    "interest": 52, "amount": 2052}, f"quote: {quote}")
    for target, expected in (
        ("/v1/projects/P2/quote", 400), ("/v1/projects/P2/quote?early=false", 400),
        ("/v1/projects/P1/quote?early=true", 404), ("/v1/projects/P7/quote?early=true", 404),
        ("/v1/holds?account=lender:L1:frozen&client=lender:L1", 400), ("/v1/holds?kind=bids", 400),
        ("/v1/holds?client=lender:L9", 404), ("/v1/holds?account=lender:L1:purse", 404),
        ("/v1/holds?client=", 400), ("/v1/holds?limit=0", 400), ("/v1/holds?cursor=-1", 400),
        ("/v1/holds?cursor=9223372036854775807", 200), ("/v1/holds/b1?kind=escrow", 404),
        ("/v1/holds/b1", 400), ("/v1/proposals?cursor=a%20b", 400), ("/v1/proposals?limit=1001", 400),
        ("/v1/overdue?marked=perhaps", 400), ("/v1/overdue?cursor=9223372036854775807", 200),
    ):  # fmt: skip
        status, _, body = request(connection, "GET", target)
        check(status == expected, f"{target}: {status}, not {expected}: {body[:200]}")


def check_documented(document, folder):
    """Every route of service.cc stands in the contract, and the other way round."""
    source = open(os.path.join(folder, "service.cc"), encoding="utf-8").read()
    routes = set(re.findall(r"\{Method::k(Get|Post),\s*\"([^\"]+)\"", source))
    served = {(method.lower(), path) for method, path in routes}
    documented = {(method, path) for path, item in document["paths"].items() for method in item}
    check(served == documented, f"routes and contract differ: {served ^ documented}")
    check(len(served) > 10, "no routes were found in service.cc")


def main():
    escrowd, folder = sys.argv[1:3]
    text = open(os.path.join(folder, "openapi.yaml"), encoding="utf-8").read()
    document = yaml.safe_load(text)
    check(document["openapi"].startswith("3.1"), "not OpenAPI 3.1")
    check_references(document, document)
    check_documented(document, folder)
    with tempfile.TemporaryDirectory() as temp:
        data, path = os.path.join(temp, "data"), os.path.join(temp, "s")
        subprocess.run([escrowd, "--init", "--data", data, "--business-date", "2024-06-30"],
                       check=True, stdout=subprocess.DEVNULL)
        daemon = subprocess.Popen([escrowd, "--data", data, "--socket", path],
                                  stderr=subprocess.DEVNULL)
        try:
            while not os.path.exists(path) and daemon.poll() is None:
                time.sleep(0.02)
            time.sleep(0.05)
            connection = Connection(path)
            commands = seed(connection)
            check_commands(document, connection, commands)
            check_lists(connection)
            for route, item in document["paths"].items():
                for method, operation in item.items():
                    if method != "get":
                        continue
                    found, missing = examples(route, operation)
                    odd = found + ("&" if "?" in found else "?") + "no_such_parameter=1"
                    for target, expected in ((found, 200), (odd, 400)):
                        status, kind, body = request(connection, "GET", target)
                        check(status == expected, f"{target}: {status}, not {expected}: {body[:200]}")
                        check_answer(document, operation, route, status, kind, body)
                    if missing != found:
                        status, kind, body = request(connection, "GET", missing)
                        check(status == 404, f"{missing}: {status} in place of 404")
                        check_answer(document, operation, route, status, kind, body)
                    status, kind, _ = request(connection, "PUT", found, "{}")
                    check(status == 405, f"PUT {found}: {status} in place of 405")
            check(request(connection, "GET", "/openapi.yaml")[2].decode() == text,
                  "the served contract is not the file")
        finally:
            daemon.terminate()
            check(daemon.wait(20) == 0, "escrowd did not stop with 0")
    print(f"{len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
