"""What a desk keeps apart, in a real browser: teams, roles and second looks, by forms that no page has; and hostile texts, and the Tab key alone."""
import re
from contextlib import contextmanager

from selenium.webdriver.common.keys import Keys

from browser import Browser
from tests import DeskTest, agent, desk

SCRIPT = "<script>window.canary = 1</script>"


@contextmanager
def signed_in(name, **options):
    """Another person's browser, which has no complaint at the end."""
    browser = Browser(desk, **options)
    try:
        browser.sign_in(name)
        browser.wait("the queue", lambda: browser.all("form.filter"))
        browser.log()
        yield browser
        # What forms that no page has are refused with stands there; nothing else may.
        complaints = [line for line in browser.log() if not any(status in line for status in ("403", "404", "409", "422"))]
        assert complaints == [], complaints
    finally:
        browser.close()


def choose(browser, name, value, form="main"):
    browser.one(f"{form} select[name={name}] option[value='{value}']").click()


def write(browser, selector, text):
    field = browser.one(selector)
    field.clear()
    field.send_keys(text)


def paste(browser, selector, text):
    """What would take long to type, or what no keyboard has."""
    browser.driver.execute_script("arguments[0].value = arguments[1]", browser.one(selector), text)


def cells(browser, selector):
    """The text of a table's rows, also of one that is folded."""
    return browser.driver.execute_script(
        "return Array.from(document.querySelectorAll(arguments[0] + ' tr')).map("
        "row => Array.from(row.cells).map(cell => cell.textContent.trim()))", selector)


def number(text):
    return float(text.replace(",", "").replace("–", "0") or 0)


def tab_to(browser, selector, limit=120):
    """Goes to a field by the Tab key alone."""
    for _ in range(limit):
        browser.press(Keys.TAB)
        if browser.driver.execute_script("return document.activeElement.matches(arguments[0])", selector):
            return browser.driver.switch_to.active_element
    raise AssertionError(f"Tab does not lead to {selector} at {browser.path}")


def post(browser, path, **fields):
    """Sends what no form of the page has, with the page's token; answers with the status."""
    return browser.driver.execute_async_script(
        "const [path, fields, done] = arguments; const body = new URLSearchParams(fields);"
        "body.set('token', document.querySelector('input[name=token]').value);"
        "fetch(path, {method: 'POST', body}).then(r => done(r.status))", path, fields)


class AtWork(DeskTest):
    user = "ben"

    def judge(self, finding, browser=None):
        browser = browser or self.browser
        browser.one(f".verdict label.choice.{finding}").click()
        browser.leave(browser.one(".verdict button.main"))

    def open_alert(self, customer, browser=None, **query):
        browser = browser or self.browser
        fields = {"customer": customer, "whose": "anyone"} | query
        def seen():
            browser.open("/queue?" + "&".join(f"{name}={value}" for name, value in fields.items()))
            return browser.all("table.queue tbody tr a")
        browser.wait(f"an alert of {customer}", seen)
        browser.leave(browser.one("table.queue tbody a"))
        return browser.one(".alert").get_attribute("data-item")

    def set_rules(self, text, refused=False):
        browser = self.browser
        browser.open("/house")
        paste(browser, "textarea[name=rules]", text)
        browser.leave(browser.one("form[action='/house/rules'] button"))
        self.assertEqual([alert.text for alert in browser.all("[role=alert]")] != [], refused, browser.text)

    def looks_right(self, browser=None):
        """In two sizes, light and dark: nothing that axe finds, nothing wider than the window."""
        browser = browser or self.browser
        for width, height in [(390, 844), (1366, 768)]:
            browser.size(width, height)
            for scheme in ["dark", "light"]:
                browser.colours(scheme)
                where = f"{browser.path} at {width} {scheme}"
                self.assertEqual(browser.violations(), [], where)
                self.assertLessEqual(browser.overflow(), 0, where)


class SecondLooks(AtWork):
    def test_second_look_is_blind(self):
        browser = self.browser
        self.set_rules("judged_twice 1000")
        try:
            agent.pay("1700.00", customer="seen-twice")
            with signed_in("ana") as first:
                self.open_alert("seen-twice", first)
                write(first, ".verdict textarea[name=remark]", "the first one's reasons")
                self.judge("suspicious", first)
            waits = lambda: browser.open("/queue?shown=closed&awaits=look") or browser.all("table.queue tbody a")
            browser.wait("what waits for a second look", waits)
            self.open_alert("seen-twice", shown="closed")
            self.assertNotIn("the first one's reasons", browser.driver.page_source)
            browser.open("/queue?shown=closed&finding=suspicious&customer=seen-twice")
            self.assertFalse(browser.all("table.queue tbody a"))
            self.open_alert("seen-twice", shown="closed")
            self.judge("legitimate")
            browser.open("/samples")
            self.assertRegex(browser.text, r"Agreed: \d+ / [1-9]")
            self.assertIn("suspicious / legitimate", browser.text)
            self.looks_right()
        finally:
            self.set_rules("")


class RulesTried(AtWork):
    rule = """- id: small-band
  mode: live
  reason: Between two small amounts
  when: {{ amount: {{ at_least: {low}, at_most: {high} }} }}
  at_least: {band}"""

    def try_rule(self, text):
        browser = self.browser
        browser.open("/trials")
        paste(browser, "textarea[name=rule]", text)
        browser.leave(browser.one("form[action='/trials/start'] button"))

    def result(self):
        """Rows of the trial that the page is of, by their names."""
        browser = self.browser
        browser.wait("the trial's end", lambda: browser.one("#job").get_attribute("data-running") == "", 60)
        return {row[0]: row[1:] for row in cells(browser, "#job table.queue")}

    def test_result(self):
        browser = self.browser
        for place in range(3):
            agent.pay(f"77{place}.70", alerts=False, customer=f"tried-{place}")
        agent.pay("773.70", alerts=False, customer="tried-3", kind="transfer")
        # One of them is reported by its customer, and turns out to be a fraud.
        def found():
            browser.open("/payments?by=customer&name=tried-0")
            return browser.all("main table a")
        browser.wait("the payment", found)
        browser.leave(browser.one("main table a"))
        browser.one("textarea[name=remark]").send_keys("the customer called")
        browser.leave(browser.one(".verdict button.main"))
        self.open_alert("tried-0")
        self.judge("fraud")
        self.try_rule(self.rule.format(low=770, high=779, band="review"))
        self.assertIn("small-band", browser.one("h1").text)
        rows = self.result()
        matched = number(rows["the rule's own"][0])
        self.assertEqual(rows["the rule's own"][2:5], ["1", "770.70", "0"])
        self.assertGreaterEqual(matched, 4)
        self.assertEqual(number(rows["with the rule"][0]), number(rows["in force"][0]) + matched)
        self.assertEqual(number(rows["the rule's own"][5]) + number(rows["the rule's own"][2]) + number(rows["the rule's own"][4]), matched)
        overlap = dict(cells_of[:2] for cells_of in cells(browser, "#job table.facts"))
        self.assertEqual(overlap, {"alerted on already": "0"})
        self.looks_right()
        # Its examples are payments of those amounts, each behind its link.
        examples = browser.all("#job section table.queue tbody a")
        self.assertGreaterEqual(len(examples), 4)
        browser.leave(examples[0])
        self.assertRegex(browser.text, r"77\d\.70")
        browser.open("/trials")
        self.assertEqual(cells(browser, "table.queue")[0][0], "small-band")
        self.assertEqual(cells(browser, "table.queue")[0][3], "over")
        # A team's people find neither the trial nor, in their own, what is not their team's.
        browser.leave(browser.one("table.queue tbody a"))
        path = browser.path
        with signed_in("fred") as other:
            other.open(path)
            self.assertFalse(other.all("#job"))
            other.open("/trials")
            self.assertFalse(other.all("table.queue"))
            mine, self.browser = self.browser, other
            try:
                self.try_rule(self.rule.format(low=770, high=779, band="review"))
                self.assertEqual(number(self.result()["the rule's own"][0]) % matched, matched // 4)
            finally:
                self.browser = mine

    def test_overlap(self):
        agent.pay("6100.70", customer="tried-large")
        self.browser.open("/trials")
        self.try_rule(self.rule.format(low=5000, high=9000, band="decline"))
        rows = self.result()
        overlap = {row[0]: row[1] for row in cells(self.browser, "#job table.facts")}
        matched = rows["the rule's own"][0]
        self.assertEqual(overlap["alerted on already"], matched)
        self.assertEqual((overlap["large"], overlap["very-large"]), (matched, matched))
        self.assertEqual(rows["with the rule"][0], rows["in force"][0])

    def test_hostile(self):
        browser = self.browser
        good = self.rule.format(low=1, high=2, band="review")
        bombs = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
            f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi"))
        for text in [
            " ", "no rule", SCRIPT, "- id: x", good.replace("review", "everything"), good.replace("amount", "colour"),
            good.replace("small-band", SCRIPT), good.replace("small-band", "'\"><img src=x onerror=window.canary=2>'"), bombs,
            good.replace("at_least: 1", "at_least: 1e999"), good + "\n" + good, "x" * 20_001, "- {" * 2000, "[" * 19_999,
            good.replace("amount: { at_least: 1, at_most: 2 }", "customer: { in: { file: /etc/passwd } }"),
        ]:
            self.try_rule(text)
            trouble = browser.one("[role=alert]").text
            self.assertTrue(trouble, text[:50])
            self.assertLess(len(trouble), 400, text[:50])
            self.assertNotIn("root:", browser.text)
            self.assertEqual(browser.one("textarea[name=rule]").get_attribute("value").strip(), text.strip())
            self.assertIsNone(browser.driver.execute_script("return window.canary"), text[:50])
            self.assertLessEqual(browser.overflow(), 0, text[:50])
        self.looks_right()
        # What is a rule, and names things as a page would not, is text.
        self.try_rule(good.replace("Between two small amounts", f'"{SCRIPT}"'))
        self.assertIn(SCRIPT, browser.one("pre").text)
        self.assertIsNone(browser.driver.execute_script("return window.canary"))
        self.result()
        browser.open("/trials/" + "0" * 32)
        self.assertIn("no such trial", browser.text)
    expected = ("422", "404")

    def test_keyboard(self):
        browser = self.browser
        browser.open("/trials")
        tab_to(browser, "textarea[name=rule]")
        browser.press(self.rule.format(low=3, high=4, band="review"))
        tab_to(browser, "form[action='/trials/start'] button")
        browser.press(Keys.ENTER)
        browser.wait("the trial", lambda: browser.all("#job"))
        self.result()
        browser.press(Keys.ESCAPE)
        browser.wait("the list", lambda: browser.all("textarea[name=rule]"))

    def test_not_for_analysts(self):
        with signed_in("ana") as other:
            self.assertNotIn("Rules on trial", other.text)
            other.open("/trials")
            self.assertFalse(other.all("textarea"))
            self.assertEqual(post(other, "/trials/start", act="0" * 32, rule=self.rule), 403)


class SnoozeLeashes(AtWork):
    expected = ("409", "422", "404", "403")

    def snooze(self, customer, days, reason="Known to be fine"):
        """By the link at the rule of an alert's page, up to what it would keep back."""
        browser = self.browser
        self.open_alert(customer)
        browser.leave(browser.one("a[href^='/rule-snoozes/new?rule=large']"))
        self.assertEqual(browser.one("input[name=name]").get_attribute("value"), customer)
        choose(browser, "days", days)
        write(browser, "input[name=reason]", reason)
        browser.leave(browser.one("form[action='/rule-snoozes/new'] button"))

    def row(self, reason, part="first"):
        """The cells of the snooze with that reason, of those that run (`first`) or are over (`last`)."""
        self.browser.open("/rule-snoozes")
        return next((row for row in cells(self.browser, f"main section:{part}-of-type table") if reason in row), None)

    def inside(self, reason, selector):
        """What is in the row of a snooze."""
        rows = [row for row in self.browser.all("main section:first-of-type tbody tr") if reason in row.text]
        return rows[0].find_element("css selector", selector)

    def test_longest(self):
        """A name's for 90 days; all of a rule's for seven, and not for longer."""
        browser = self.browser
        agent.pay("1100.00", customer="snoozed-two")
        self.snooze("snoozed-two", 90, "Ninety days")
        browser.leave(browser.one("form[action='/rule-snoozes/start'] button"))
        self.assertTrue(self.row("Ninety days"))
        # The same once more: what is typed stays.
        self.snooze("snoozed-two", 30, "Thirty more")
        browser.leave(browser.one("form[action='/rule-snoozes/start'] button"))
        self.assertIn("snoozed", browser.one("[role=alert]").text)
        self.assertEqual(browser.one("input[name=reason]").get_attribute("value"), "Thirty more")
        for days in [14, 30, 90]:
            browser.open("/rule-snoozes/new")
            write(browser, "input[name=rule]", "very-large")
            choose(browser, "days", days)
            write(browser, "input[name=reason]", f"All for {days}")
            browser.leave(browser.one("form[action='/rule-snoozes/new'] button"))
            # Whether at once, or when it is to begin.
            if not browser.all("[role=alert]"):
                browser.leave(browser.one("form[action='/rule-snoozes/start'] button"))
            self.assertTrue(browser.one("[role=alert]").text)
            self.assertEqual(browser.one("input[name=reason]").get_attribute("value"), f"All for {days}")
            self.assertEqual(browser.one("select[name=days]").get_attribute("value"), str(days))
            self.assertIsNone(self.row(f"All for {days}"))
        browser.open("/rule-snoozes/new")
        self.assertEqual(post(browser, "/rule-snoozes/start", rule="very-large", by="", name="", days="365", reason="A year"), 422)
        self.assertIsNone(self.row("A year"))

    def test_whole_rule_of_two_people(self):
        browser = self.browser
        self.set_rules("four_eyes 100000")
        try:
            browser.open("/rule-snoozes/new")
            write(browser, "input[name=rule]", "very-large")
            choose(browser, "days", 1)
            write(browser, "input[name=reason]", "By two people")
            browser.leave(browser.one("form[action='/rule-snoozes/new'] button"))
            browser.leave(browser.one("form[action='/rule-snoozes/start'] button"))
            self.assertIn("second", self.row("By two people")[8].lower())
            self.assertFalse(browser.all("form.act[action$='/confirm']"))
            # Until then it keeps nothing back; and who asked takes it away.
            agent.pay("5300.00", customer="snoozed-three")
            self.open_alert("snoozed-three")
            browser.open("/rule-snoozes")
            browser.leave(browser.one("form.act[action$='/object'] button"))
            self.assertIsNone(self.row("By two people"))
        finally:
            self.set_rules("")

    def test_of_another_team(self):
        browser = self.browser
        agent.pay("1100.00", customer="snoozed-four")
        self.snooze("snoozed-four", 1, "Everybody's")
        browser.leave(browser.one("form[action='/rule-snoozes/start'] button"))
        self.row("Everybody's")
        form = self.inside("Everybody's", "form.act[action$='/end']").get_attribute("action").removeprefix(desk.url)
        with signed_in("fred") as other:
            other.open("/rule-snoozes")
            self.assertNotIn("snoozed-four", other.text)
            self.assertEqual(post(other, form), 404)
        with signed_in("ana") as other:
            other.open("/rule-snoozes")
            self.assertFalse(other.all("form.act[action$='/end']"))
            self.assertEqual(post(other, form), 403)
        self.assertTrue(self.row("Everybody's"))

    def test_keyboard(self):
        browser = self.browser
        agent.pay("1100.00", customer="snoozed-keys")
        self.open_alert("snoozed-keys")
        tab_to(browser, "a[href^='/rule-snoozes/new?rule=large']")
        browser.press(Keys.ENTER)
        browser.wait("the form", lambda: browser.all("input[name=reason]"))
        tab_to(browser, "select[name=days]")
        browser.press("3")
        tab_to(browser, "input[name=reason]")
        browser.press("By keys alone", Keys.ENTER)
        browser.wait("what it would keep back", lambda: browser.all("form[action='/rule-snoozes/start']"))
        tab_to(browser, "form[action='/rule-snoozes/start'] button")
        browser.press(Keys.ENTER)
        browser.wait("the list", lambda: browser.all("form.act[action$='/end']"))
        self.assertTrue(self.row("By keys alone"))


class FiguresOfDeeds(AtWork):
    def figures(self, days=7):
        browser = self.browser
        browser.open(f"/dashboard?days={days}")
        def table(figure):
            rows = cells(browser, f"#{figure} table")
            return {row[0]: dict(zip(rows[0][1:], map(lambda cell: cell, row[1:]))) for row in rows[1:]}
        days = table("by-day")
        total = {}
        for row in days.values():
            for name, value in row.items():
                total[name] = total.get(name, 0) + number(value)
        return {
            "days": total, "precision": table("precision"), "rules": table("rules"), "people": table("people"),
            "open": sum(number(row["open"]) for row in table("backlog").values()),
            "value": {name: sum(number(row[name]) for row in table("value").values()) for name in ["prevented", "lost"]},
        }

    def test_figures_agree(self):
        """What the test did is what the figures have more than before."""
        browser = self.browser
        before = self.figures()
        agent.pay("5500.00", customer="figured-fraud")
        agent.pay("1500.00", customer="figured-fine")
        agent.pay("1600.00", customer="figured-open")
        self.open_alert("figured-open")
        self.open_alert("figured-fraud")
        self.judge("fraud")
        self.open_alert("figured-fine")
        self.judge("legitimate")
        def more(figures, *path):
            now, then = figures, before
            for name in path:
                now, then = now.get(name, {}), then.get(name, {}) if isinstance(then, dict) else {}
            value = lambda cell: number(cell) if isinstance(cell, str) else cell or 0
            return value(now) - value(then)
        # The label of the fraud comes over the member's own topic.
        browser.wait("the fraud's amount", lambda: more(self.figures(), "value", "prevented") == 5500)
        after = self.figures()
        for path, by in [
            (("days", "Alerts"), 3), (("days", "fraud"), 1), (("days", "legitimate"), 1), (("days", "open"), 1), (("days", "suspicious"), 0),
            (("value", "lost"), 0), (("open",), 1), (("rules", "large", "Alerts"), 3), (("rules", "very-large", "Alerts"), 1),
            (("rules", "very-large", "fraud"), 1), (("rules", "large", "legitimate"), 1), (("people", "ben", "Verdicts"), 2),
            (("people", "all", "Verdicts"), 2), (("precision", "all", "Alerts"), 3),
        ]:
            self.assertEqual(more(after, *path), by, path)
        everything = after["precision"]["all"]
        precision = number(everything["fraud"]) / (number(everything["fraud"]) + number(everything["legitimate"]))
        self.assertLess(abs(precision - float(everything["Precision by count"].rstrip("%")) / 100), 0.006)
        # An analyst sees the sum and no line of others.
        with signed_in("ana") as other:
            other.open("/dashboard?days=7")
            names = [row[0] for row in cells(other, "#people table")]
            self.assertNotIn("ben", names)
            self.assertIn("all", names)

    def test_pictures_have_words(self):
        browser = self.browser
        self.alerts(2)
        browser.open("/dashboard?days=7")
        self.assertGreaterEqual(len(browser.all("main svg")), 5)
        for picture in browser.all("main svg"):
            self.assertEqual(picture.get_attribute("role"), "img")
            self.assertTrue(picture.get_attribute("aria-label"))
        # Each mark says what it is of and how much, and all of a figure are what its table says.
        titles = browser.driver.execute_script(
            "return Array.from(document.querySelectorAll('#by-day svg rect')).map(r => r.querySelector('title').textContent)")
        self.assertTrue(titles)
        told = sum(number(title.rsplit(" ", 1)[1]) for title in titles)
        self.assertEqual(told, sum(number(row[1]) for row in cells(browser, "#by-day table")[1:]))
        for summary in browser.all("#by-day summary"):
            summary.click()
        self.assertTrue(browser.one("#by-day table").is_displayed())
        self.looks_right()

    def test_spans_and_links(self):
        browser = self.browser
        self.alerts(1)
        browser.open("/dashboard")
        self.assertEqual(browser.one(".tabs [aria-current]").text, "30 days")
        for days in [7, 90]:
            browser.leave(browser.one(f".tabs a[href='/dashboard?days={days}']"))
            self.assertEqual(len(cells(browser, "#by-day table")), days + 1)
        browser.one("#rules details:last-of-type summary").click()
        browser.leave(browser.one("#rules table a[href*='rule=large']"))
        self.assertTrue(browser.all("table.queue tbody tr"))
        for query in ["days=8", "days=-1", "days=7&customer=x", "days=<script>"]:
            browser.open("/dashboard?" + query)
            self.assertFalse(browser.all("svg"), query)
            self.assertTrue(browser.all("h1"), query)
    expected = ("400",)

    def test_of_a_team(self):
        agent.pay("1500.00", customer="team-card")
        agent.pay("1500.00", customer="team-transfer", kind="transfer")
        self.open_alert("team-transfer")
        with signed_in("fred") as other:
            other.open("/dashboard?days=7")
            self.assertIn("team", other.one("main").text.lower())
            mine, self.browser = self.browser, other
            try:
                own = self.figures()["days"]["Alerts"]
            finally:
                self.browser = mine
        self.assertGreaterEqual(own, 1)
        self.assertLess(own, self.figures()["days"]["Alerts"])

    def test_keyboard(self):
        browser = self.browser
        browser.open("/dashboard?days=7")
        tab_to(browser, "#by-day details:last-of-type summary")
        browser.press(Keys.ENTER)
        self.assertTrue(browser.one("#by-day table").is_displayed())
        browser.open("/dashboard?days=7")
        tab_to(browser, ".tabs a[href='/dashboard?days=90']")
        browser.press(Keys.ENTER)
        browser.wait("90 days", lambda: len(cells(browser, "#by-day table")) == 91)


class TeamFilters(AtWork):
    expected = ("422", "404", "403")

    def save(self, browser, query, name, shared=False):
        browser.open("/queue?" + query)
        browser.one("form[action='/filters/save']").find_element("xpath", "..").find_element("tag name", "summary").click()
        browser.one("form[action='/filters/save'] input[name=name]").send_keys(name)
        if shared:
            browser.one("form[action='/filters/save'] input[name=shared]").click()
        browser.leave(browser.one("form[action='/filters/save'] button"))

    def names(self, browser):
        browser.open("/queue")
        return [link.text for link in browser.all("nav[aria-label='Saved filters'] a")]

    def test_for_oneself(self):
        self.alerts(1, "8800.00")
        with signed_in("ana") as browser:
            name = f"Large {SCRIPT}"
            self.save(browser, "band=decline&at_least=8000", name)
            self.assertIn("at_least=8000", browser.path)
            self.assertIn(name, self.names(browser))
            self.assertIsNone(browser.driver.execute_script("return window.canary"))
            link = next(link for link in browser.all("nav[aria-label='Saved filters'] a") if link.text == name)
            browser.leave(link)
            self.assertEqual(browser.one("select[name=band]").get_attribute("value"), "decline")
            self.assertEqual(browser.one("nav[aria-label='Saved filters'] [aria-current]").text, name)
            self.assertTrue(all(number(row[1]) >= 8000 for row in cells(browser, "table.queue")[1:]))
            self.looks_right(browser)
            # An analyst shares none, also not by a form of their own.
            browser.open("/queue?band=decline")
            self.assertFalse(browser.all("form[action='/filters/save'] input[name=shared]"))
            self.assertEqual(post(browser, "/filters/save", name="shared", filter="band=decline", shared="1"), 403)
            # Neither a name of nothing, nor one customer's.
            self.assertEqual(post(browser, "/filters/save", name="", filter="band=decline"), 422)
            self.assertEqual(post(browser, "/filters/save", name="one", filter="customer=x"), 422)
            # Nobody else has it.
            self.assertNotIn(name, self.names(self.browser))
            browser.leave(next(link for link in self.shown(browser) if link.text == name))
            browser.leave(browser.one("form[action$='/drop'] button"))
            self.assertNotIn(name, self.names(browser))

    def shown(self, browser):
        browser.open("/queue")
        return browser.all("nav[aria-label='Saved filters'] a")

    def test_for_the_team(self):
        with signed_in("dora") as leader, signed_in("emil") as member, signed_in("fred") as other:
            self.save(leader, "channel=online&at_least=1000", "Online cards", shared=True)
            self.assertEqual(self.names(leader), ["Online cards (team's)"])
            member.wait("it at the member's", lambda: self.names(member) == ["Online cards (team's)"])
            member.leave(member.one("nav[aria-label='Saved filters'] a"))
            self.assertEqual(member.one("select[name=channel]").get_attribute("value"), "online")
            # A member uses it, and takes it away not even by a form of their own.
            self.assertFalse(member.all("form[action$='/drop']"))
            leader.leave(leader.one("nav[aria-label='Saved filters'] a"))
            drop = leader.one("form[action$='/drop']").get_attribute("action").removeprefix(desk.url)
            self.assertEqual(post(member, drop), 403)
            # Another team's people neither see it nor reach it.
            self.assertEqual(self.names(other), [])
            self.assertEqual(post(other, drop), 404)
            self.assertNotIn("Online cards (team's)", self.names(self.browser))
            leader.open("/queue?channel=online&at_least=1000")
            leader.leave(leader.one("form[action$='/drop'] button"))
            member.wait("it gone", lambda: self.names(member) == [])

    def test_keyboard(self):
        browser = self.browser
        browser.open("/queue?band=review")
        tab_to(browser, "details:has(form[action='/filters/save']) summary")
        browser.press(Keys.ENTER)
        tab_to(browser, "form[action='/filters/save'] input[name=name]")
        browser.press("By keys", Keys.ENTER)
        browser.wait("the filter", lambda: browser.all("nav[aria-label='Saved filters'] [aria-current]"))
        tab_to(browser, "form[action$='/drop'] button")
        browser.press(Keys.ENTER)
        browser.wait("it gone", lambda: not browser.all("form[action$='/drop']"))
        self.assertNotIn("By keys", self.names(browser))


class ClockWarnings(AtWork):
    def listed(self, awaits, customer):
        self.browser.open(f"/queue?whose=anyone&awaits={awaits}&customer={customer}")
        return self.browser.all("table.queue tbody tr")

    expected = ("400",)

    def test_warning(self):
        browser = self.browser
        self.set_rules("due held 30\nwarn 30")
        try:
            agent.pay("1500.00", customer="clock-two")
            browser.wait("the warning", lambda: self.listed("soon", "clock-two"))
            self.assertIn("nearly late", browser.one("table.queue").text)
            # What stands is not nearly late; as it goes on the desk says so again.
            browser.leave(browser.one("table.queue tbody a"))
            path = browser.path
            browser.one("form[action$='/pause']").find_element("xpath", "..").find_element("tag name", "summary").click()
            browser.leave(browser.one("form[action$='/pause'] button"))
            self.assertFalse(self.listed("soon", "clock-two"))
            browser.open(path)
            browser.leave(browser.one("form[action$='/resume'] button"))
            browser.wait("the warning again", lambda: self.listed("soon", "clock-two"))
            self.looks_right()
        finally:
            self.set_rules("")

    def test_keyboard(self):
        browser = self.browser
        agent.pay("1500.00", customer="clock-keys")
        self.open_alert("clock-keys")
        path = browser.path
        tab_to(browser, "details:has(form[action$='/pause']) summary")
        browser.press(Keys.ENTER)
        tab_to(browser, "form[action$='/pause'] button")
        browser.press(Keys.ENTER)
        browser.wait("another page", lambda: not browser.all("form[action$='/pause']"))
        browser.open(path)
        self.assertIn("The clock stands", browser.text)


class Looks(AtWork):
    user = "carl"

    def test_narrow(self):
        self.browser.open("/looks")
        self.assertTrue(self.browser.all("table.queue tbody tr"))
        self.looks_right()
