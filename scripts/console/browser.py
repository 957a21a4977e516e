"""A browser, and what people do in it."""
import os
from pathlib import Path

import axe_playwright_python
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from desk import PASSWORD

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
os.environ["SE_OFFLINE"] = "true"


class Browser:
    """One person's browser, with a profile of its own."""

    def __init__(self, desk, language="en", script=True):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in [
            "--headless=new", "--disable-dev-shm-usage", "--force-prefers-reduced-motion", f"--lang={language}",
            "--window-size=1366,768", "--hide-scrollbars",
        ] + (["--no-sandbox"] if os.getuid() == 0 else []):
            options.add_argument(argument)
        options.add_experimental_option("prefs", {
            "intl.accept_languages": language, "profile.managed_default_content_settings.javascript": 1 if script else 2})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options, Service("/usr/bin/chromedriver"))
        self.driver.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": "Europe/Berlin"})
        self.driver.set_page_load_timeout(30)
        self.desk = desk

    def close(self):
        self.driver.quit()

    # Where it is, and what is there.

    def open(self, path):
        self.driver.get(self.desk.url + path)

    @property
    def path(self):
        return self.driver.current_url.removeprefix(self.desk.url)

    @property
    def text(self):
        return self.driver.find_element(By.TAG_NAME, "body").text

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        found = self.all(selector)
        assert found, f"there is no {selector} at {self.path}:\n{self.text[:1500]}"
        return found[0]

    def wait(self, what, condition, seconds=20):
        def holds(_):
            try:
                return condition()
            except WebDriverException as error:
                if is_of_another_page(error):
                    return False
                raise
        WebDriverWait(self.driver, seconds, poll_frequency=0.05).until(holds, f"{what}, at {self.path}")

    # What its person does.

    def sign_in(self, name, password=PASSWORD):
        self.open("/queue")
        self.one("input[name=name]").send_keys(name)
        self.one("input[name=password]").send_keys(password + Keys.ENTER)

    def press(self, *keys):
        self.driver.switch_to.active_element.send_keys(*keys)

    def leave(self, element):
        """Clicks, and waits for the next page."""
        element.click()
        self.wait("another page", lambda: is_gone(element))

    # How it looks.

    def size(self, width, height):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})

    def colours(self, scheme):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}]})

    def violations(self):
        """What axe finds against WCAG at A and AA, one line each."""
        self.driver.execute_script(AXE)
        found = self.driver.execute_async_script(
            "const done = arguments[1]; axe.run({runOnly: arguments[0], resultTypes: ['violations']})"
            ".then(r => done(r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(', '))),"
            " e => done(['axe failed: ' + e]))", AXE_TAGS)
        return found

    def overflow(self):
        """By how many pixels the page is wider than its window."""
        return self.driver.execute_script("return document.documentElement.scrollWidth - window.innerWidth")

    def log(self):
        """What the browser complained of since the last time: errors, breaches of the policy of content."""
        return [entry["message"] for entry in self.driver.get_log("browser")]


# What the driver says of an element of a page that was left: most of it by its own error, and this by the general one, between two pages.
OF_ANOTHER_PAGE = ("does not belong to the document", "No node with given id found", "Cannot find context")


def is_of_another_page(error):
    return isinstance(error, StaleElementReferenceException) or any(text in (error.msg or "") for text in OF_ANOTHER_PAGE)


def is_gone(element):
    try:
        element.is_enabled()
        return False
    except WebDriverException as error:
        if is_of_another_page(error):
            return True
        raise
