"""Runs the desk's tests: all, or those whose name has the argument."""
import sys
import unittest

import oidc
import recall
import supervision
import teams
import tests

tests.desk.add("ana")
tests.desk.add("ben", "supervisor")
tests.desk.add("carl", "auditor")
tests.desk.add_team("cards", "kind=card")
tests.desk.add_team("transfers", "kind=transfer")
tests.desk.add("dora", "supervisor", "cards")
tests.desk.add("emil", "analyst", "cards")
tests.desk.add("fred", "supervisor", "transfers")
tests.desk.start()
print(f"== the desk of bank-a is at {tests.desk.url}")
loader = unittest.TestLoader()
if len(sys.argv) > 1:
    loader.testNamePatterns = [f"*{name}*" for name in sys.argv[1:]]
every = unittest.TestSuite(loader.loadTestsFromModule(module) for module in (tests, supervision, teams, recall, oidc))
result = unittest.TextTestRunner(verbosity=2).run(every)
if result.testsRun == 0:
    raise SystemExit("no test has such a name")
sys.exit(not result.wasSuccessful())
