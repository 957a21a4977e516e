"""The draft of a recall, as a desk hands it out: valid by the schema of ISO 20022."""
import base64
from importlib.util import find_spec
from pathlib import Path

from lxml import etree

from supervision import Supervision
from tests import agent

# The package has the newest version alone. What a draft has stands alike in both: elements, their order, types.
WRITTEN, PUBLISHED = "camt.056.001.08", "camt.056.001.12"


def schema():
    folder = Path(find_spec("camt_exceptions").origin).parent
    text = (folder / "templates" / PUBLISHED / f"{PUBLISHED}.xsd").read_text().replace(PUBLISHED, WRITTEN)
    return etree.XMLSchema(etree.fromstring(text.encode()))


class Recall(Supervision):
    def draft(self, fraud=True, **fields):
        """The draft of a transfer that was judged; nothing where the page leads to none."""
        browser = self.browser
        customer = fields["customer"]
        agent.pay("1500.00", kind="transfer", **fields)
        browser.wait("the alert", lambda: self.rows(f"/queue?customer={customer}&whose=anyone"))
        browser.leave(browser.one("table.queue tbody a"))
        item = browser.one(".alert").get_attribute("data-item")
        self.verdict("f" if fraud else "l")
        browser.wait("the next page", lambda: f"/alerts/{item}" not in browser.path)
        browser.open(f"/alerts/{item}")
        links = browser.all("a[href$='/recall']")
        if not links:
            return None
        self.assertIsNotNone(links[0].get_attribute("download"))
        # The bytes are those that the link downloads; a browser without a window keeps no files.
        text = browser.driver.execute_async_script(
            "fetch(arguments[0]).then(r => r.arrayBuffer()).then(b => arguments[1](btoa(String.fromCharCode(...new Uint8Array(b)))))",
            links[0].get_attribute("href"))
        return base64.b64decode(text)

    def assert_valid(self, draft):
        valid = schema()
        self.assertTrue(valid.validate(etree.fromstring(draft)), valid.error_log)

    def test_valid_by_its_schema(self):
        draft = self.draft(customer="recall-1", account="DE89370400440532013000", payee="NL91ABNA0417164300")
        self.assert_valid(draft)
        self.assertIn(b"<IBAN>NL91ABNA0417164300</IBAN>", draft)
        # The check can fail: another order, an amount without its currency, an unknown element.
        for right, wrong in [(b" Ccy=\"EUR\"", b""), (b"<NbOfTxs>1</NbOfTxs>", b""), (b"<CxlId>", b"<X/><CxlId>")]:
            self.assertIn(right, draft)
            self.assertFalse(schema().validate(etree.fromstring(draft.replace(right, wrong))), right)

    def test_accounts_that_are_no_ibans_and_hostile_names(self):
        draft = self.draft(customer="recall-2", account="12-34&5<b>", payee="x" * 34)
        self.assert_valid(draft)
        self.assertIn(b"<Othr><Id>12-34&amp;5&lt;B&gt;</Id></Othr>", draft)

    def test_none_of_what_is_no_fraud(self):
        self.assertIsNone(self.draft(fraud=False, customer="recall-3"))
