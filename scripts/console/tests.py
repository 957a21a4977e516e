"""What people do at a desk, in a real browser."""
import os
import threading
import time
import unittest
from pathlib import Path
from urllib.parse import urlsplit
import re

import html5lib
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from browser import Browser
from desk import Agent, Desk

PICTURES = os.environ.get("PICTURES")
desk = Desk()
agent = Agent()


class DeskTest(unittest.TestCase):
    """One browser a class; its log has to be empty behind each test."""

    user = "ana"
    options = {}
    # What a test's refusals leave in the browser's log: the answer's status, which is no fault of the page.
    expected = ()

    @classmethod
    def setUpClass(cls):
        cls.browser = Browser(desk, **cls.options)
        if cls.user:
            cls.browser.sign_in(cls.user)
            cls.browser.wait("the queue", lambda: cls.browser.all("form.filter"))
            cls.browser.log()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()

    def tearDown(self):
        self.assertEqual([line for line in self.browser.log() if not any(text in line for text in self.expected)], [])

    def alerts(self, number, amount="1500.00", **fields):
        """Has so many alerts come, and waits until the queue has them."""
        sent = [agent.pay(amount, **fields)[0] for _ in range(number)]
        browser = self.browser
        def seen():
            browser.open(f"/queue?customer={sent[-1]['customer']}&whose=anyone")
            return browser.all("table.queue tbody tr")
        browser.wait("the alert in the queue", seen)
        return sent

    def verdict(self, key="f"):
        self.browser.press(key)
        self.browser.press(Keys.CONTROL, Keys.ENTER)


class Claims(DeskTest):
    def test_typing_renews_the_claim(self):
        browser = self.browser
        sent = self.alerts(1)[0]
        browser.open(f"/queue?customer={sent['customer']}&whose=anyone")
        browser.leave(browser.one("table.queue tbody a"))
        self.assertEqual(browser.all(".alert[data-mine]"), [])
        browser.press("c")
        browser.wait("the claim", lambda: browser.all(".alert[data-mine]"))
        item = browser.one(".alert").get_attribute("data-item")

        def renewals():
            return browser.driver.execute_script(
                "return performance.getEntriesByType('resource').filter(e => e.name.endsWith(arguments[0])).length", f"/alerts/{item}/claim")
        note = browser.one("textarea[name=text]")
        note.send_keys("the customer")
        self.assertEqual(renewals(), 0)
        # Four minutes after the page came.
        browser.driver.execute_script(
            "const event = new Event('input', { bubbles: true }); Object.defineProperty(event, 'timeStamp', { value: 240000 });"
            "arguments[0].dispatchEvent(event)", note)
        browser.wait("a renewal", lambda: renewals() == 1)
        note.send_keys(" says")
        self.assertEqual(renewals(), 1)
        self.assertEqual(note.get_attribute("value"), "the customer says")
        browser.open(f"/alerts/{item}")
        self.assertTrue(browser.all(".alert[data-mine]"))


class SignIn(DeskTest):
    user = None
    expected = ("401", "403", "429")

    def test_wrong_password_then_right(self):
        browser = self.browser
        browser.sign_in("ana", "not the password")
        self.assertTrue(browser.one("[role=alert]").text)
        self.assertEqual(browser.one("input[name=name]").get_attribute("value"), "ana")
        self.assertEqual(browser.one("input[name=password]").get_attribute("value"), "")
        browser.one("input[name=password]").send_keys("correct horse battery" + Keys.ENTER)
        browser.wait("the queue", lambda: browser.all("form.filter"))
        cookie = browser.driver.get_cookies()[0]
        self.assertTrue(cookie["httpOnly"] and cookie["sameSite"] == "Strict")
        browser.one("header form button").click()
        browser.wait("the sign-in", lambda: browser.all("input[name=password]"))


class Clicks(DeskTest):
    def test_take_judge_undo(self):
        self.alerts(3, "9000.00")
        browser = self.browser
        browser.open("/queue")
        browser.leave(browser.one("form[action='/next'] button"))
        first = browser.one(".alert").get_attribute("data-item")
        browser.one("label.choice.fraud").click()
        browser.one("select[name=fraud_type] option:nth-of-type(1)")
        browser.one("textarea[name=remark]").send_keys("Called the customer")
        browser.leave(browser.one(".verdict button.main"))
        second = browser.one(".alert").get_attribute("data-item")
        self.assertNotEqual(first, second)
        self.assertTrue(browser.one("form.notice.good").is_displayed())
        browser.leave(browser.one("form.notice.good button"))
        self.assertEqual(browser.one(".alert").get_attribute("data-item"), first)
        self.assertIn("Called the customer", browser.text)
        # Real links: one that is opened in another tab is the same page.
        self.assertIn(f"/alerts/{first}", browser.driver.current_url)

    def test_two_people_save(self):
        """What somebody typed is there again where another was faster."""
        self.alerts(1, "7777.00", customer="two-savers")
        browser, other = self.browser, Browser(desk)
        try:
            browser.leave(browser.one("table.queue tbody a"))
            other.sign_in("ben")
            other.wait("the queue", lambda: other.all("form.filter"))
            other.open(browser.path)
            other.one("label.choice.legitimate").click()
            other.leave(other.one(".verdict button.main"))
            browser.wait("the news of it", lambda: "ben" in browser.one("#news").text)
            browser.one("label.choice.fraud").click()
            browser.one("textarea[name=remark]").send_keys("typed for a minute")
            browser.leave(browser.one(".verdict button.main"))
            self.assertTrue(browser.one(".notice.bad").is_displayed())
            self.assertIn("ben", browser.text)
            self.assertIn("typed for a minute", browser.driver.page_source)
        finally:
            other.close()
    expected = ("409", "412")


class Keyboard(DeskTest):
    user = None
    expected = ("401",)

    def test_the_whole_way(self):
        browser = self.browser
        for _ in range(3):
            agent.pay("8000.00")
        browser.open("/queue")
        # Tab alone leads to the fields, in the order that they are read.
        for _ in range(6):
            browser.press(Keys.TAB)
            if browser.driver.switch_to.active_element.get_attribute("name") == "name":
                break
        browser.press("ana", Keys.TAB)
        browser.press("correct horse battery", Keys.ENTER)
        browser.wait("the queue", lambda: browser.all("form.filter"))
        browser.press("?")
        browser.wait("the help", lambda: browser.all("dialog[open]"))
        self.assertEqual(browser.violations(), [])
        browser.press(Keys.ESCAPE)
        browser.wait("no help", lambda: not browser.all("dialog[open]"))
        browser.wait("an alert", lambda: browser.open("/queue?whose=anyone") or browser.all("table.queue tbody tr"))
        browser.press("j")
        self.assertEqual(browser.driver.switch_to.active_element.tag_name, "a")
        old = browser.one("form.filter")
        browser.press("n")
        browser.wait("the alert", lambda: browser.all(".verdict"))
        item = browser.one(".alert").get_attribute("data-item")
        self.verdict("l")
        browser.wait("the next alert", lambda: item != browser.one(".alert").get_attribute("data-item"))
        browser.press("z")
        browser.wait("the alert again", lambda: item == browser.one(".alert").get_attribute("data-item"))
        browser.press(Keys.ESCAPE)
        browser.wait("the queue", lambda: browser.all("form.filter"))

    def test_focus_is_seen_and_first_is_the_skip_link(self):
        browser = self.browser
        browser.open("/queue")
        if browser.all("header"):
            browser.press(Keys.TAB)
            self.assertEqual(browser.driver.switch_to.active_element.get_attribute("class"), "skip")


class Live(DeskTest):
    def test_news_leave_list_and_focus_alone(self):
        browser = self.browser
        self.alerts(2, customer="live-customer")
        browser.open("/queue")
        browser.press("j")
        focus = browser.driver.switch_to.active_element
        rows = [row.get_attribute("data-item") for row in browser.all("table.queue tbody tr")]
        agent.pay("2000.00")
        browser.wait("the news", lambda: browser.one("#news").text.startswith("1"))
        agent.pay("2000.00")
        browser.wait("the news", lambda: browser.one("#news").text.startswith("2"))
        self.assertEqual(browser.driver.switch_to.active_element, focus)
        self.assertEqual(rows, [row.get_attribute("data-item") for row in browser.all("table.queue tbody tr")])
        browser.leave(browser.one("#news button"))
        self.assertEqual(browser.one("#news").text, "")

    def test_time_until_seen(self):
        """From a payment at the agent's door to the announcement on an open page, by the page's own clock."""
        browser, times = self.browser, []
        number = int(os.environ.get("PAYMENTS", "300"))
        browser.open("/queue")
        browser.driver.execute_script(
            "window.seen = []; new MutationObserver(() => { const n = parseInt(document.getElementById('news').textContent);"
            " while (n > seen.length) seen.push(Date.now()); }).observe(document.getElementById('news'), {childList: true})")
        for _ in range(number):
            times.append(agent.pay()[1])
        browser.wait("all of them", lambda: browser.driver.execute_script("return seen.length") >= number, 60)
        seen = browser.driver.execute_script("return seen")
        self.assertEqual(len(seen), number)
        waits = sorted(b - a for a, b in zip(times, seen))
        print(f"\n   payment to alert in an open page, {number} payments: p50 {waits[number // 2]:.0f} ms, "
              f"p99 {waits[min(number - 1, number * 99 // 100)]:.0f} ms, longest {waits[-1]:.0f} ms")

    def test_desk_is_killed_and_back(self):
        browser = self.browser
        browser.open("/queue")
        agent.pay("2500.00")
        browser.wait("the news", lambda: browser.one("#news").text.startswith("1"))
        desk.kill()
        agent.pay("2600.00")
        desk.start()
        if not self.goes_on():
            return
        browser.wait("what came meanwhile, once", lambda: browser.one("#news").text.startswith("2"), 40)
        agent.pay("2700.00")
        browser.wait("what comes now", lambda: browser.one("#news").text.startswith("3"))
    expected = ("ERR_CONNECTION", "ERR_INCOMPLETE", "ERR_EMPTY", "401")

    def goes_on(self):
        """Whether sessions outlive the desk: else its page says that the session has ended."""
        return True


class TwoPeople(DeskTest):
    def test_race_for_the_next(self):
        people = [self.browser, Browser(desk)]
        try:
            people[1].sign_in("ben")
            people[1].wait("the queue", lambda: people[1].all("form.filter"))
            taken = []
            self.alerts(6, "6000.00", customer="raced")
            for _ in range(3):
                for each in people:
                    each.open("/queue?customer=raced")
                threads = [threading.Thread(target=each.leave, args=(each.one("form[action='/next'] button"),)) for each in people]
                [thread.start() for thread in threads]
                [thread.join() for thread in threads]
                taken += [each.one(".alert").get_attribute("data-item") for each in people]
            self.assertEqual(len(set(taken)), 6, "an alert was taken twice")
        finally:
            people[1].close()


class Hostile(DeskTest):
    def test_names_are_text(self):
        script = "<script>window.canary = 1</script>"
        names = [script, "\" onmouseover=\"window.canary = 2", "'><img src=x onerror='window.canary = 3'>", "&lt;b&gt;", "\u202egnp.exe", "zero\u200bwidth",
                 "🦊🦊🦊", "x" * 128]
        browser = self.browser
        for number, name in enumerate(names):
            sent = self.alerts(1, "3000.00", customer=f"hostile-{number}", merchant=name, terminal=name, device=name)[0]
            browser.leave(browser.one("table.queue tbody a"))
            self.assertIsNone(browser.driver.execute_script("return window.canary"))
            self.assertLessEqual(browser.overflow(), 0, name)
            if "\u202e" not in name and "\u200b" not in name:
                self.assertIn(name, browser.driver.execute_script("return document.body.textContent"))
            self.assertNotIn("\u202e", browser.driver.page_source)
            browser.one("form.note textarea").send_keys(script)
            browser.leave(browser.one("form.note button"))
            self.assertIn(script, browser.text)
            self.assertIsNone(browser.driver.execute_script("return window.canary"))

    def test_filters(self):
        browser = self.browser
        for query in ["customer=<script>window.canary=1</script>", "at_least=many", "nothing=here", "after=zzz"]:
            browser.open("/queue?" + query)
            self.assertIsNone(browser.driver.execute_script("return window.canary"))
            self.assertTrue(browser.all("h1"))
    expected = ("400",)


class WithoutScript(DeskTest):
    options = {"script": False}

    def test_judge(self):
        browser = self.browser
        agent.pay("4000.00")
        browser.wait("an alert", lambda: browser.open("/queue") or browser.all("table.queue tbody tr"))
        browser.leave(browser.one("form[action='/next'] button"))
        item = browser.one(".alert").get_attribute("data-item")
        browser.one("label.choice.legitimate").click()
        browser.leave(browser.one(".verdict button.main"))
        self.assertNotIn(f"/alerts/{item}?", browser.path.split("done")[0])


class Session(DeskTest):
    expected = ("401", "403")

    def test_ends_in_the_middle(self):
        self.alerts(1, customer="session-end")
        browser = self.browser
        browser.leave(browser.one("table.queue tbody a"))
        browser.one("form.note textarea").send_keys("half a thought")
        browser.driver.delete_all_cookies()
        browser.leave(browser.one("form.note button"))
        self.assertTrue(browser.one("[role=alert]").text)
        browser.one("input[name=name]").send_keys("ana")
        browser.one("input[name=password]").send_keys("correct horse battery" + Keys.ENTER)
        browser.wait("what was typed", lambda: browser.all("textarea") and browser.one("textarea").get_attribute("value") == "half a thought")


class Pages(DeskTest):
    """Every page that links lead to, in two sizes, light and dark, in both languages."""

    def pages(self, browser):
        """One address for each shape of path and set of parameters."""
        self.alerts(2)
        seen, queue, found = set(), ["/queue"], []
        while queue and len(found) < 60:
            path = queue.pop(0)
            parts = urlsplit(path)
            shape = (re.sub(r"[0-9a-f]{16,}|\d+", "*", parts.path), re.sub(r"=[^&]*", "", parts.query))
            if shape in seen:
                continue
            seen.add(shape)
            browser.open(path)
            if not browser.all("main"):
                continue
            found.append(path)
            for link in browser.all("a[href^='/']:not([download])"):
                queue.append(link.get_attribute("href").removeprefix(desk.url).split("#")[0])
        return found

    def test_accessible(self):
        browser, faults = self.browser, []
        paths = self.pages(browser)
        print(f"\n   {len(paths)} pages, in two sizes, light and dark: {' '.join(sorted({urlsplit(path).path for path in paths}))}"[:400])
        for width, height in [(1366, 768), (390, 844)]:
            browser.size(width, height)
            for scheme in ["light", "dark"]:
                browser.colours(scheme)
                for path in paths:
                    browser.open(path)
                    where = f"{path} at {width} {scheme}"
                    faults += [f"{where}: {each}" for each in browser.violations()]
                    if browser.overflow() > 0:
                        faults.append(f"{where}: {browser.overflow()} px wider than the window")
        self.assertEqual(faults, [])

    def test_parse(self):
        for path in self.pages(self.browser):
            source = self.browser.driver.execute_async_script(
                "const done = arguments[1]; fetch(arguments[0]).then(r => r.text()).then(done)", path)
            parser = html5lib.HTMLParser(strict=False)
            parser.parse(source)
            self.assertEqual([error[1] for error in parser.errors], [], path)

    def test_signed_out(self):
        browser = Browser(desk)
        try:
            browser.open("/queue")
            for scheme in ["light", "dark"]:
                browser.colours(scheme)
                self.assertEqual(browser.violations(), [])
        finally:
            browser.close()

    expected = ("400", "404")


class German(DeskTest):
    options = {"language": "de"}

    def test_pages(self):
        self.alerts(1, customer="deutsch")
        browser = self.browser
        self.assertEqual(browser.one("html").get_attribute("lang"), "de")
        self.assertIn("1.500,00", browser.text)
        browser.leave(browser.one("table.queue tbody a"))
        for word in ["Betrug", "Urteil"]:
            self.assertIn(word, browser.text)
        self.assertEqual(browser.violations(), [])


@unittest.skipUnless(PICTURES, "PICTURES=DIR")
class Pictures(DeskTest):
    """The pictures of docs/DESK.md."""

    def test_take(self):
        for number in range(40):
            agent.pay(f"{1000 + (number * 397) % 6000}.{number:02}", customer=f"customer-{number % 9}", merchant=["Grocer", "Garage", "Bookshop"][number % 3],
                      terminal=f"terminal-{number % 6}", device=f"device-{number % 4}", kind=["card", "transfer"][number % 2])
        browser = self.browser
        browser.size(1366, 900)
        browser.wait("alerts", lambda: browser.open("/queue") or len(browser.all("table.queue tbody tr")) > 20)
        for scheme in ["light", "dark"]:
            browser.colours(scheme)
            browser.open("/queue")
            browser.driver.save_screenshot(f"{PICTURES}/desk-queue-{scheme}.png")
            browser.one("table.queue tbody a").click()
            browser.wait("the alert", lambda: browser.all(".alert"))
            browser.driver.save_screenshot(f"{PICTURES}/desk-alert-{scheme}.png")
