#!/usr/bin/env python3
"""Deliveries of a bank, signed and packed by other people's tools, through the real recond.

    intake_test.py FOLDER_OF_PROGRAMS [unittest arguments]

Signatures and envelopes are made by the openssl program, archives by Python; the confirmations that
recond signs are checked by openssl.
"""

import base64
import gzip
import hashlib
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

PROGRAMS = pathlib.Path()
ACCOUNT = "6222000100"


def statement(day, amount="6000,00", account=ACCOUNT):
    return (f":20:CUST{day}\r\n:25:{account}\r\n:28C:{int(day[-2:])}/1\r\n:60F:C{day}CNY0,00\r\n"
            f":61:{day}{day[2:]}C{amount}NTRFD{day}//BK{day}\r\n:86:166?00IN?20EREF+D{day}\r\n"
            f":62F:C{day}CNY{amount}\r\n-\r\n").encode()


# One account, one debit of 10.98: records 11, 22, 33 and 88 of 80 characters.
NORMA43 = "".join(f"{line:80}\n" for line in (
    "11" "0081" "5398" "0001414452" "170301" "170301" "2" "00000000003005" "978" "3" "TRADER",
    "22" "    " "0901" "170301" "170301" "12" "408" "1" "00000000001098" "0000000000" "W2",
    "33" "0081" "5398" "0001414452" "00001" "00000000001098" "00000" "00000000000000" "2"
    "00000000001907" "978",
    "88" "999999999999999999" "000003"))


def openssl(*arguments, data=b""):
    return subprocess.run(["openssl", *map(str, arguments)], input=data, capture_output=True,
                          check=True).stdout


class Deliveries(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="escrow-intake-"))
        self.addCleanup(shutil.rmtree, self.folder)
        subprocess.run([PROGRAMS / "escrowd", "--init", "--data", self.folder / "ledger",
                        "--business-date", "2017-03-01"], check=True, capture_output=True)
        self.inbox = self.folder / "inbox"
        self.inbox.mkdir()
        self.config = self.folder / "recond.toml"

    def key(self, name, *algorithm):
        private, public = self.folder / f"{name}.key", self.folder / f"{name}.pem"
        openssl("genpkey", *algorithm, "-out", private)
        private.chmod(0o600)
        openssl("pkey", "-in", private, "-pubout", "-out", public)
        return private

    def configure(self, text):
        self.config.write_text(text)

    def recond(self, code):
        done = subprocess.run(
            [PROGRAMS / "recond", "--ledger", self.folder / "ledger", "--data", self.folder / "recon",
             "--inbox", self.inbox, "--config", self.config, "--once", "--poll-ms", "20"],
            capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stderr

    def quarantined(self, name, source=""):
        reason = self.inbox / source / "quarantine" / f"{name}.reason.json"
        self.assertTrue(reason.exists(), f"{name} is not in quarantine")
        return json.loads(reason.read_text())

    def archived(self, name, source=""):
        return (self.inbox / source / "archive" / name).exists()

    def confirmation(self, content):
        path = self.folder / "recon" / "confirmations" / (hashlib.sha256(content).hexdigest() + ".txt")
        return path.read_bytes() if path.exists() else None

    # --- signatures of every scheme ---

    def deliver_signed(self, scheme, algorithm, sign):
        private = self.key("bank", *algorithm)
        self.configure(f'[[sources]]\naccount = "{ACCOUNT}"\n[sources.signature]\n'
                       f'scheme = "{scheme}"\nkeys = ["bank.pem"]\n')
        good, bad, bare = statement("170301"), statement("170302"), statement("170303")
        for name, content, signature in [("good.sta", good, sign(private, good)),
                                         ("text.sta", statement("170304"),
                                          base64.encodebytes(sign(private, statement("170304")))),
                                         ("bad.sta", bad, sign(private, bad + b"\n"))]:
            (self.inbox / name).write_bytes(content)
            (self.inbox / (name + ".sig")).write_bytes(signature)
        (self.inbox / "bare.sta").write_bytes(bare)
        said = self.recond(1)
        self.assertIn("bare.sta waits for bare.sta.sig", said)
        self.assertTrue(self.archived("good.sta") and self.archived("good.sta.sig"), said)
        self.assertTrue(self.archived("text.sta"), said)
        self.assertEqual(self.quarantined("bad.sta")["code"], "bad_signature")
        self.assertIsNotNone(self.confirmation(good))
        self.assertIsNone(self.confirmation(bad), "nothing is used of it")
        self.assertTrue((self.inbox / "bare.sta").exists(), "it may still get its signature")
        os.utime(self.inbox / "bare.sta", (1, 1))
        self.recond(1)
        self.assertEqual(self.quarantined("bare.sta")["code"], "missing_signature")

    def raw_sign(self, *options):
        def sign(private, content):
            file = self.folder / "to-sign"
            file.write_bytes(content)
            return openssl("pkeyutl", "-sign", "-inkey", private, "-rawin", "-in", file, *options)
        return sign

    def test_ed25519(self):
        self.deliver_signed("ed25519", ("-algorithm", "ED25519"), self.raw_sign())

    def test_rsa_with_sha256(self):
        self.deliver_signed("rsa-sha256", ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
                            self.raw_sign("-digest", "sha256"))

    def test_rsa_pss(self):
        self.deliver_signed("rsa-pss-sha256", ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
                            self.raw_sign("-digest", "sha256", "-pkeyopt", "rsa_padding_mode:pss",
                                          "-pkeyopt", "rsa_pss_saltlen:digest"))

    def test_rsa_with_sha1_as_old_gateways_sign(self):
        self.deliver_signed("rsa-sha1", ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
                            self.raw_sign("-digest", "sha1"))

    def test_sm2_with_sm3(self):
        self.deliver_signed("sm2-sm3", ("-algorithm", "SM2"),
                            self.raw_sign("-digest", "sm3", "-pkeyopt", "distid:1234567812345678"))

    # --- envelopes ---

    def certificate(self, name, days="3650"):
        private = self.key(name, "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
        openssl("req", "-x509", "-new", "-key", private, "-subj", f"/CN={name}", "-days", days,
                "-out", self.folder / f"{name}.crt")
        return private

    def enveloped(self, name, content):
        file = self.folder / "to-wrap"
        file.write_bytes(content)
        return openssl("cms", "-sign", "-binary", "-nodetach", "-outform", "DER", "-in", file,
                       "-signer", self.folder / f"{name}.crt", "-inkey", self.folder / f"{name}.key")

    def test_cms_envelopes_of_a_listed_signer(self):
        self.certificate("bank")
        self.certificate("stranger")
        self.configure(f'[[sources]]\naccount = "{ACCOUNT}"\n[sources.envelope]\n'
                       'certificates = "bank.crt"\n')
        good = self.enveloped("bank", statement("170301"))
        damaged = bytearray(self.enveloped("bank", statement("170302")))
        at = damaged.find(b"6000,00")
        damaged[at] ^= 1
        (self.inbox / "good.p7m").write_bytes(good)
        (self.inbox / "other.p7m").write_bytes(self.enveloped("stranger", statement("170303")))
        (self.inbox / "damaged.p7m").write_bytes(damaged)
        (self.inbox / "longer.p7m").write_bytes(self.enveloped("bank", statement("170304")) + b"x")
        (self.inbox / "plain.sta").write_bytes(statement("170305"))
        said = self.recond(1)
        self.assertTrue(self.archived("good.p7m"), said)
        for name in ("other.p7m", "damaged.p7m", "longer.p7m", "plain.sta"):
            self.assertEqual(self.quarantined(name)["code"], "bad_envelope", name)

    # --- archives ---

    def zipped(self, members):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members:
                archive.writestr(name, content)
        return out.getvalue()

    def test_archives_their_members_and_their_dangers(self):
        self.configure(f'[[sources]]\naccount = "{ACCOUNT}"\n[sources.limits]\nratio_max = 50\n')
        first, second = statement("170301"), statement("170302")
        (self.inbox / "two.zip").write_bytes(self.zipped([("a.sta", first), ("b.sta", second)]))
        (self.inbox / "one.sta.gz").write_bytes(gzip.compress(statement("170303")))
        (self.inbox / "half.zip").write_bytes(
            self.zipped([("c.sta", statement("170304")), ("note.txt", b"hello")]))
        (self.inbox / "bomb.zip").write_bytes(self.zipped([("d.sta", b"0" * 50_000_000)]))
        (self.inbox / "escape.zip").write_bytes(self.zipped([("../../e.sta", statement("170305"))]))
        cut = gzip.compress(statement("170306"))
        (self.inbox / "cut.sta.gz").write_bytes(cut[:-5])
        said = self.recond(1)
        self.assertTrue(self.archived("two.zip") and self.archived("one.sta.gz"), said)
        self.assertIn("two.zip/a.sta: accepted", said)
        self.assertIn(b"file: two.zip/b.sta\n", self.confirmation(second))
        half = self.quarantined("half.zip")
        self.assertEqual([(m["file"], m["verdict"]) for m in half["members"]],
                         [("half.zip/c.sta", "accepted"), ("half.zip/note.txt", "refused")])
        self.assertEqual(self.quarantined("bomb.zip")["code"], "ratio")
        self.assertEqual(self.quarantined("escape.zip")["code"], "unsafe_name")
        self.assertEqual(self.quarantined("escape.zip")["member"], "../../e.sta")
        self.assertEqual(self.quarantined("cut.sta.gz")["code"], "bad_archive")
        self.assertFalse((self.folder / "e.sta").exists())
        # The same again: nothing happens twice.
        (self.inbox / "again.zip").write_bytes(self.zipped([("a.sta", first), ("b.sta", second)]))
        said = self.recond(0)
        self.assertIn("again.zip/a.sta: already imported, identical", said)

    def test_checksums_of_what_is_packed(self):
        self.configure(f'[[sources]]\naccount = "{ACCOUNT}"\n[sources.checksum]\n'
                       'algorithm = "md5"\nof = "unpacked"\n')
        for name, content, stated in [("good", statement("170301"), statement("170301")),
                                      ("bad", statement("170302"), statement("170302") + b" ")]:
            (self.inbox / f"{name}.sta.gz").write_bytes(gzip.compress(content))
            (self.inbox / f"{name}.sta.gz.md5").write_text(hashlib.md5(stated).hexdigest() + "  x\n")
        self.recond(1)
        self.assertTrue(self.archived("good.sta.gz"))
        self.assertEqual(self.quarantined("bad.sta.gz")["code"], "bad_checksum")

    # --- sources, markers, redelivery ---

    def test_sources_have_folders_and_markers_of_their_own(self):
        self.configure(f'[[sources]]\nid = "east"\naccount = "{ACCOUNT}"\nmarker = ".flag"\n'
                       '[[sources]]\nid = "west"\naccount = "6222000200"\n')
        (self.inbox / "east").mkdir()
        (self.inbox / "west").mkdir()
        (self.inbox / "east" / "one.sta").write_bytes(statement("170301"))
        (self.inbox / "west" / "two.sta").write_bytes(statement("170301", account="6222000200"))
        (self.inbox / "stray.sta").write_bytes(statement("170302"))
        self.recond(0)
        self.assertFalse(self.archived("one.sta", "east"), "it has no marker yet")
        self.assertTrue(self.archived("two.sta", "west"))
        (self.inbox / "east" / "one.sta.flag").touch()
        self.recond(0)
        self.assertTrue(self.archived("one.sta", "east"))
        self.assertFalse((self.inbox / "east" / "one.sta.flag").exists())
        self.assertTrue((self.inbox / "stray.sta").exists(), "it is in nobody's folder")

    def test_changed_content_is_held(self):
        self.configure(f'[[sources]]\naccount = "{ACCOUNT}"\n')
        (self.inbox / "a.sta").write_bytes(statement("170301"))
        self.recond(0)
        (self.inbox / "a.sta").write_bytes(statement("170301", "6000,01"))
        self.recond(1)
        self.assertEqual(self.quarantined("a.sta")["verdict"], "conflict")
        self.assertIn("stands already with other content", self.quarantined("a.sta")["reason"])

    # --- what is known of a source's files ---

    def test_a_sources_dialect_and_profile_read_its_files(self):
        (self.folder / "bank.dialect.toml").write_text(
            f'name = "bank"\nseparator = ";"\ndecimal = ","\ndates = ["DD.MM.YYYY"]\ncurrency = "CNY"\n'
            f'account = "{ACCOUNT}"\n[columns]\nbooking_date = "Day"\namount = "Sum"\nbalance = "Left"\n'
            'reference = "Order"\n')
        (self.folder / "own.profile.toml").write_text("nonsense = 1\n")
        self.configure(f'[[sources]]\nid = "csv"\naccount = "{ACCOUNT}"\ndialect = "bank.dialect.toml"\n'
                       f'[[sources]]\nid = "spain"\naccount = "0001414452"\nprofile = "norma43"\n'
                       f'[[sources]]\nid = "swift"\naccount = "{ACCOUNT}"\nformat = "MT940"\n')
        for source in ("csv", "spain", "swift"):
            (self.inbox / source).mkdir()
        table = "Day;Order;Sum;Left\n01.03.2017;D1;6.000,00;6.000,00\n01.03.2017;W2;-1.000,00;5.000,00\n"
        (self.inbox / "csv" / "day.csv").write_text(table)
        (self.inbox / "csv" / "other.sta").write_bytes(statement("170302"))
        (self.inbox / "spain" / "day.n43").write_text(NORMA43)
        (self.inbox / "swift" / "day.csv").write_text(table.replace("01.03", "02.03"))
        said = self.recond(1)
        self.assertTrue(self.archived("day.csv", "csv"), said)
        self.assertIn(b" lines 2 unreadable 0 PROVED", self.confirmation(table.encode()))
        self.assertEqual(self.quarantined("other.sta", "csv")["verdict"], "refused")
        self.assertIn("is in EUR, the ledger in CNY", self.quarantined("day.n43", "spain")["reason"])
        self.assertEqual(self.quarantined("day.csv", "swift")["verdict"], "refused")
        for key, wanted in [('profile = "own.profile.toml"', "own.profile.toml: profile: line 1: "),
                            ('profile = "none"', "line 2: "), ('format = "MT9"', "unknown format 'MT9'"),
                            ('charset = "utf-9"', "'charset' must be"),
                            ('format = "BAI2"\nprofile = "norma43"', "only one of"),
                            ('dialect = "own.profile.toml"', "own.profile.toml: ")]:
            with self.subTest(key=key):
                self.configure(f"[[sources]]\n{key}\n")
                self.assertIn(wanted, self.recond(64))

    # --- confirmations ---

    def test_confirmations_are_signed(self):
        for algorithm in (("-algorithm", "ED25519"),
                          ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
                          ("-algorithm", "SM2")):
            with self.subTest(algorithm=algorithm[1]):
                self.key("ours", *algorithm)
                self.configure(f'[confirmations]\nkey = "ours.key"\n[[sources]]\naccount = "{ACCOUNT}"\n')
                content = statement("170301")
                (self.inbox / "a.sta").write_bytes(content)
                shutil.rmtree(self.folder / "recon", ignore_errors=True)
                self.recond(0)
                self.check_confirmation(self.confirmation(content), algorithm[1])
                before = self.confirmation(content)
                self.recond(0)
                self.assertEqual(self.confirmation(content), before, "it stays as it was")
                # Another key signs what stands anew, when the file is offered again.
                self.key("ours", *algorithm)
                (self.inbox / "a.sta").write_bytes(content)
                self.recond(0)
                self.assertNotEqual(self.confirmation(content), before)
                self.check_confirmation(self.confirmation(content), algorithm[1])

    def check_confirmation(self, text, algorithm):
        body, _, line = text.rpartition(b"signature: ")
        scheme, fingerprint, signature = line.decode().split()
        der = openssl("pkey", "-pubin", "-in", self.folder / "ours.pem", "-outform", "DER")
        self.assertEqual(fingerprint, hashlib.sha256(der).hexdigest())
        options = {"ED25519": [],
                   "RSA": ["-digest", "sha256", "-pkeyopt", "rsa_padding_mode:pss",
                           "-pkeyopt", "rsa_pss_saltlen:digest"],
                   "SM2": ["-digest", "sm3", "-pkeyopt", "distid:1234567812345678"]}[algorithm]
        (self.folder / "sig").write_bytes(base64.b64decode(signature, validate=True))
        for content, code in ((body, 0), (body.replace(b"PROVED", b"proved"), 1)):
            (self.folder / "body").write_bytes(content)
            done = subprocess.run(
                ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", self.folder / "ours.pem", "-rawin",
                 "-in", self.folder / "body", "-sigfile", self.folder / "sig", *options],
                capture_output=True, check=False)
            self.assertEqual(done.returncode, code, (scheme, done.stderr))

    # --- settings ---

    def test_settings_that_cannot_be_used_name_line_and_key(self):
        self.key("open", "-algorithm", "ED25519")
        (self.folder / "open.key").chmod(0o644)
        self.key("rsa", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
        for text, wanted in [
            ("", "no [[sources]]"),
            ("[[sources]]\ncolour = 1\n", "line 2: unknown key 'colour'"),
            ('[[sources]]\nid = "../x"\n', "'id' must be small letters"),
            ('[[sources]]\nid = "a"\n[[sources]]\nid = "a"\n', "line 3: the 'id' stands twice"),
            ('[[sources]]\n[sources.checksum]\nalgorithm = "crc32"\n', "'algorithm' must be"),
            ('[[sources]]\n[sources.signature]\nscheme = "ed25519"\nkeys = ["rsa.pem"]\n',
             "rsa.pem: the key is not for ed25519"),
            ('[[sources]]\n[sources.signature]\nscheme = "ed25519"\nkeys = ["none.pem"]\n', "none.pem"),
            ('[[sources]]\n[sources.signature]\nscheme = "ed25519"\n', "key 'keys' is missing"),
            ('[confirmations]\nkey = "open.key"\n[[sources]]\n', "line 2: "),
            ('[[sources]]\nmarker = "flag"\n', "'marker' must be like"),
            ('[[sources]]\nwait_s = -1\n', "line 2: 'wait_s' must be an integer, 0 to 86400"),
            ("[[sources]\n", "line 1"),
        ]:
            with self.subTest(text=text):
                self.configure(text)
                self.assertIn(wanted, self.recond(64))
        self.configure('[confirmations]\nkey = "open.key"\n[[sources]]\n')
        self.assertIn("others may read or change it", self.recond(64))


if __name__ == "__main__":
    PROGRAMS = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
