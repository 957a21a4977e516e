"""A desk that runs, people at it, and payments that come to it."""
import atexit
import json
import os
import re
import subprocess
import time
import urllib.error
import urllib.request
from datetime import datetime, timezone
from pathlib import Path

BINARY = os.environ["CORDON_BINARY"]
WORK = Path(os.environ["DESK_WORK"])
PASSWORD = "correct horse battery"


class Desk:
    """The desk of bank-a, which may be killed and started again at its address."""

    def __init__(self):
        self.users = WORK / "users.txt"
        self.port = 0
        self.process = None
        atexit.register(lambda: self.process and self.process.kill())

    def add_team(self, name, scope):
        with open(self.users, "a") as users:
            users.write(f"team {name} {scope}\n")

    def add(self, name, role="analyst", team=None):
        subprocess.run(
            [BINARY, "alerts", "user", name, "--role", role, "--file", self.users] + (["--team", team] if team else []),
            input=PASSWORD + "\n", text=True, check=True, stdout=subprocess.DEVNULL)

    def start(self):
        log = open(WORK / "desk.log", "a", buffering=1)
        self.process = subprocess.Popen(
            [BINARY, "alerts", "serve", "--member", "bank-a", "--users", self.users, "--index", WORK / "desk" / "desk.sqlite",
             "--http", f"127.0.0.1:{self.port}", "--policy", Path(__file__).with_name("policy.yaml")],
            stdout=subprocess.PIPE, stderr=log, text=True)
        for line in self.process.stdout:
            found = re.search(r"the desk is at http://127\.0\.0\.1:(\d+)/", line)
            if found:
                self.port = int(found.group(1))
                return
        raise SystemExit("the desk did not start:\n" + (WORK / "desk.log").read_text()[-2000:])

    def kill(self):
        self.process.kill()
        self.process.wait()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"


class Agent:
    """Bank-a's agent, which payments are sent to."""

    url = os.environ["AGENT_URL"]
    count = 0

    def pay(self, amount="1500.00", alerts=True, **fields):
        """Sends a payment that alerts, or one that is let go, and answers with what was sent and the time before, in ms since 1970."""
        Agent.count += 1
        now = datetime.now(timezone.utc)
        payment = {
            "id": f"pay-{os.getpid()}-{Agent.count}", "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "customer": f"customer-{Agent.count % 7}",
            "terminal": f"terminal-{Agent.count % 5}", "amount": amount, "currency": "EUR", "kind": "card", "channel": "online",
            "card": f"card-{Agent.count % 7}", "merchant": "Corner shop", "country": "DE"} | fields
        request = urllib.request.Request(
            self.url + "/v1/score", json.dumps(payment).encode(),
            {"Authorization": "Bearer " + os.environ["AGENT_TOKEN"], "Content-Type": "application/json"})
        start = time.time() * 1000
        try:
            answer = json.load(urllib.request.urlopen(request))
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{error.code}: {error.read().decode()}: {payment}") from None
        assert (answer["decision"] in ("review", "decline")) == alerts and not answer["degraded"], answer
        return payment, start
