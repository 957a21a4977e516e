"""The desk's sign-in at a provider that is another program: code flow with PKCE, keys that change, and answers that are not right."""
import http.cookiejar
import json
import re
import socket
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from desk import BINARY, WORK


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Browser:
    """Cookies, and no step that is not asked for."""

    def __init__(self):
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies), Stay)

    def get(self, url, form=None):
        data = None if form is None else urllib.parse.urlencode(form).encode()
        try:
            answer = self.opener.open(urllib.request.Request(url, data), timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        return answer.status, answer.headers.get("Location"), answer.read().decode()


def changed(url, **values):
    """The address with other values; None takes one out."""
    parts = urllib.parse.urlsplit(url)
    query = dict(urllib.parse.parse_qsl(parts.query)) | values
    return parts._replace(query=urllib.parse.urlencode({k: v for k, v in query.items() if v is not None})).geturl()


class Provider(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ports = free_port(), free_port()
        cls.issuer, cls.desk = (f"http://127.0.0.1:{port}" for port in cls.ports)
        here = Path(__file__).parent
        log = open(WORK / "oidc.log", "a")
        cls.provider = subprocess.Popen([sys.executable, here / "provider.py", str(cls.ports[0])], stdout=log, stderr=log)
        cls.addClassCleanup(cls.provider.kill)
        cls.wait(cls.issuer + "/.well-known/openid-configuration")
        settings, secret = WORK / "provider.json", WORK / "provider-secret"
        secret.touch(mode=0o600)
        secret.write_text("a secret of the client")
        settings.write_text(json.dumps({
            "issuer": cls.issuer, "client": "cordon-desk", "secret_file": str(secret), "address": cls.desk, "name_claim": "preferred_username",
            "role_claim": "groups", "roles": {"analysts": "analyst", "watchers": "viewer"}}))
        cls.process = subprocess.Popen(
            [BINARY, "alerts", "serve", "--member", "bank-a", "--oidc", settings, "--index", WORK / "oidc" / "desk.sqlite",
             "--http", f"127.0.0.1:{cls.ports[1]}"], stdout=log, stderr=log)
        cls.addClassCleanup(cls.process.kill)
        cls.wait(cls.desk + "/health/live")
        cls.rotate("one")
        for sub, groups in [("ana", ["analysts"]), ("nobody", ["others"]), ("both", ["analysts", "watchers"])]:
            request = urllib.request.Request(
                f"{cls.issuer}/users/{sub}", json.dumps({"preferred_username": sub, "groups": groups}).encode(),
                {"Content-Type": "application/json"}, method="PUT")
            urllib.request.urlopen(request).close()

    @staticmethod
    def wait(url):
        for _ in range(600):
            try:
                return urllib.request.urlopen(url, timeout=5).close()
            except OSError:
                time.sleep(0.1)
        raise SystemExit(f"{url} does not answer:\n" + (WORK / "oidc.log").read_text()[-2000:])

    @classmethod
    def rotate(cls, name):
        urllib.request.urlopen(f"{cls.issuer}/test/rotate?name={name}", b"").close()

    def begin(self, browser):
        status, address, _ = browser.get(self.desk + "/oidc/start")
        self.assertEqual(status, 303)
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))
        self.assertEqual((query["response_type"], query["code_challenge_method"]), ("code", "S256"))
        self.assertGreaterEqual(len(query["code_challenge"]), 43)
        return address

    def agree(self, address, sub="ana"):
        """Where the provider sends the browser back to."""
        status, back, text = Browser().get(address, {"sub": sub})
        self.assertIn(status, (302, 303), text[:500])
        return back

    def refused(self, browser, back, words, status=403):
        code, _, text = browser.get(back)
        self.assertEqual(code, status, text[:300])
        self.assertRegex(text, words)
        self.assertEqual(browser.get(self.desk + "/queue")[0], 401)

    def signed_in(self, sub="ana"):
        browser = Browser()
        status, _, text = browser.get(self.agree(self.begin(browser), sub))
        self.assertEqual(status, 200, re.sub("<[^>]*>", " ", text)[:500])
        status, _, text = browser.get(self.desk + "/account")
        self.assertEqual(status, 200)
        self.assertIn(sub, text)
        self.assertIn("analyst", text)
        return browser

    def test_signs_in_and_a_code_counts_once(self):
        browser = Browser()
        back = self.agree(self.begin(browser))
        self.assertEqual(browser.get(back)[0], 200)
        self.assertEqual(browser.get(self.desk + "/queue")[0], 200)
        self.refused(Browser(), back, "no sign-in that this browser has begun")

    def test_keys_that_change(self):
        self.signed_in()
        # Keys are read again where a token is of none that is known, once a minute at most.
        self.rotate("two")
        deadline = time.time() + 150
        while True:
            browser = Browser()
            status, _, text = browser.get(self.agree(self.begin(browser)))
            if status == 200:
                break
            self.assertRegex(text, "no key that its token names|not signed by the provider.{1,6}s key")
            self.assertLess(time.time(), deadline)
            time.sleep(5)
        self.assertEqual(browser.get(self.desk + "/queue")[0], 200)

    def test_wrong_state(self):
        browser = Browser()
        back = self.agree(self.begin(browser))
        self.refused(browser, changed(back, state="x" * 43), "no sign-in that this browser has begun")
        self.refused(browser, changed(back, state=None), "no sign-in that this browser has begun")

    def test_another_browsers_answer(self):
        victim, attacker = Browser(), Browser()
        back = self.agree(self.begin(attacker))
        self.begin(victim)
        self.refused(victim, back, "no sign-in that this browser has begun")

    def test_wrong_nonce(self):
        browser = Browser()
        self.refused(browser, self.agree(changed(self.begin(browser), nonce="n" * 43)), "answer to another sign-in")

    def test_wrong_verifier(self):
        browser = Browser()
        self.refused(browser, self.agree(changed(self.begin(browser), code_challenge="c" * 43)), "be reached, or answers", 503)

    def test_other_issuer(self):
        browser = Browser()
        self.refused(browser, changed(self.agree(self.begin(browser)), iss="https://evil.example"), "another provider")

    def test_denied(self):
        browser = Browser()
        status, back, _ = Browser().get(self.begin(browser), {"action": "deny"})
        self.assertIn(status, (302, 303))
        self.refused(browser, back, "did not let you in|no sign-in that this browser")

    def test_no_role_and_two(self):
        for sub in ("nobody", "both"):
            browser = Browser()
            self.refused(browser, self.agree(self.begin(browser), sub), "role at this desk")
