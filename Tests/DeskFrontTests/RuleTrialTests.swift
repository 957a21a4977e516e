import Desk
import DeskFront
import Dispatch
import HTTPFront
import NIOHTTP1
import Policy
import Records
import Support
import Synchronization
import Testing

/// Rules tried on the past, as people ask for it at the desk.
struct RuleTrialTests {
    /// A tester whose trials go on when a test says so.
    private final class Tester: RuleTester {
        let goes = DispatchSemaphore(value: 0)
        let begun = DispatchSemaphore(value: 0)
        let scopes = Mutex<[TeamScope]>([])
        let ended = Atomic(0)

        struct Broken: Error {}

        func hasBegun() async { await waited { self.begun.wait() } }

        func read(_ text: String) throws(RuleFault) -> TriedRule {
            guard text.contains("id:") else { throw RuleFault("the rule:1: a list belongs here") }
            let bands = try! ScoreBands(review: 0.5, decline: 0.9)
            let rule = PolicyRule(
                id: "night", mode: .live, reason: "Night", condition: .all([]), effect: .atLeast(.review))
            return TriedRule(
                text: text, present: DecisionPolicy(bands: bands),
                candidate: DecisionPolicy(bands: bands, rules: [rule]))
        }

        func test(
            _ rule: TriedRule, within scope: TeamScope, progress: (_ done: Int, _ of: Int) -> Bool
        ) throws -> BacktestReport? {
            scopes.withLock { $0.append(scope) }
            guard progress(1234, 5678) else { return nil }
            begun.signal()
            goes.wait()
            if rule.text.contains("broken") { throw Broken() }
            guard progress(5678, 5678) else {
                ended.add(1, ordering: .relaxed)
                return nil
            }
            var report = BacktestReport(repeats: 0, rejected: 0, unscored: 0)
            for number in 0..<30 {
                report.add(
                    BacktestRow(
                        transaction: "pay-\(number)<b>", source: SourcePosition(offset: Int64(number)),
                        day: Int64(number / 10),
                        amount: 12_345, present: number < 5 ? .review : .approve, candidate: .review, decided: .approve,
                        isTried: true, rules: number < 3 ? ["large"] : []), number < 20 ? number % 4 == 0 : nil)
            }
            return report
        }
    }

    private let rule = "- { id: night }"

    /// Returns once all is over that was asked for.
    private func isIdle(_ pages: Pages) async { await waited { pages.trials?.wait() } }

    private func start(_ pages: Pages, _ visitor: Pages.Visitor, _ text: String, _ act: Int) async throws -> Reply {
        try await pages.call(
            .POST, "/trials/start", as: visitor,
            form: ["token": visitor.token, "rule": text, "act": DeskSamples.act(act).hex])
    }

    @Test("a trial runs in the background, shows how far it is, and then precision, alerts a day, overlap and examples")
    func page() async throws {
        let tester = Tester()
        let pages = try Pages(alerts: 1, tester: tester)
        let sue = try pages.enter("sue", .supervisor)
        let asked = try await start(pages, sue, rule, 1)
        let target = try #require(asked.location)
        #expect(asked.status == .seeOther && target == "/trials/\(DeskSamples.act(1).hex)")
        await tester.hasBegun()
        let running = try await pages.call(.GET, target, as: sue)
        #expect(running.text.contains("value=\"1234\"") && running.text.contains("max=\"5678\""))
        // The same form again is the same trial.
        #expect(try await start(pages, sue, rule, 1).location == target)
        tester.goes.signal()
        await isIdle(pages)
        let done = try await pages.call(.GET, target, as: sue).text
        #expect(!done.contains("<progress") && done.contains("night") && done.contains("data-running=\"\""))
        // 30 alerts in 3 days; 5 of 20 known ones are fraud; the rules in force alert on five and one of them matches three.
        for words in [">30<", ">10.0<", ">25%<", ">large<", ">3<", "10%", "/payments/0.7.0"] {
            #expect(done.contains(words), "\(words)")
        }
        #expect(done.contains("pay-7&lt;b&gt;") && !done.contains("pay-7<b>") && !done.contains("pay-2&lt;"))
        // A program that may try rules, and see no names, is shown which payments as others are.
        let text = DeskKey.text(random: [UInt8](repeating: 1, count: 32))
        let until = EventTime(seconds: pages.world.clock.microseconds / 1_000_000 + 60)
        let key = DeskKey(actor: Actor(.service, "nightly")!, deeds: [.rules], until: until)
        pages.keys.replace(try DeskKeys(text: DeskKeys.line(key, hash: DeskKey.hash(text), scope: nil)))
        let masked = try await pages.call(.GET, target, as: nil, headers: ["Authorization": "Bearer \(text)"]).text
        #expect(masked.contains("/payments/0.7.0\">…</a>") && !masked.contains("pay-"))
        #expect(try await pages.call(.GET, "/trials", as: sue).text.contains(target))
        #expect(tester.scopes.withLock { $0 } == [.everything])
    }

    @Test(
        "a trial counts what its asker's team works on, and is there for the asker and those who see everything alone")
    func team() async throws {
        let tester = Tester()
        let pages = try Pages(alerts: 1, tester: tester)
        let scope = try TeamScope("kind=card")
        let (tom, tim) = (
            try pages.enter("tom", .supervisor, scope: scope), try pages.enter("tim", .supervisor, scope: scope)
        )
        let target = try #require(try await start(pages, tom, rule, 1).location)
        await tester.hasBegun()
        #expect(tester.scopes.withLock { $0 } == [scope])
        #expect(try await pages.call(.GET, target, as: tom).status == .ok)
        #expect(try await pages.call(.GET, target, as: tim).status == .notFound)
        #expect(try await !pages.call(.GET, "/trials", as: tim).text.contains(target))
        #expect(try await pages.call(.GET, target, as: pages.enter("sue", .supervisor)).status == .ok)
        tester.goes.signal()
    }

    @Test(
        "a trial is ended by hand; one that fails says so; what is no rule is said with all that was typed; too many wait"
    )
    func troubles() async throws {
        let tester = Tester()
        let pages = try Pages(alerts: 1, tester: tester)
        let sue = try pages.enter("sue", .supervisor)
        let wrong = try await start(pages, sue, "no <rule>", 1)
        #expect(wrong.status == .unprocessableEntity && wrong.text.contains("a list belongs here"))
        #expect(wrong.text.contains("no &lt;rule&gt;"))
        #expect(try await start(pages, sue, "", 1).status == .unprocessableEntity)
        var targets: [String] = []
        for act in 2..<7 {
            let text = rule + (act == 3 ? " # broken" : "")
            targets.append(try #require(try await start(pages, sue, text, act).location))
        }
        #expect(try await start(pages, sue, rule, 9).status == .serviceUnavailable)
        await tester.hasBegun()
        let cancelled = try await pages.call(.POST, targets[0] + "/cancel", as: sue, form: ["token": sue.token])
        #expect(cancelled.status == .seeOther)
        for _ in 0..<5 { tester.goes.signal() }
        await isIdle(pages)
        #expect(tester.ended.load(ordering: .relaxed) == 1)
        #expect(try await pages.call(.GET, targets[0], as: sue).text.contains("ended by hand"))
        #expect(try await pages.call(.GET, targets[1], as: sue).text.contains("failed"))
        #expect(pages.failures.all.count == 1)
        #expect(try await pages.call(.GET, targets[2], as: sue).text.contains(">25%<"))
        #expect(try await start(pages, sue, rule, 9).status == .seeOther)
        tester.goes.signal()
    }

    @Test("a desk that does not know the policy says so")
    func off() async throws {
        let pages = try Pages(alerts: 1)
        let sue = try pages.enter("sue", .supervisor)
        #expect(try await pages.call(.GET, "/trials", as: sue).text.contains("--policy"))
        #expect(try await start(pages, sue, rule, 1).text.contains("--policy"))
    }
}

/// Waits on a thread that may.
private func waited(_ body: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { done in
        DispatchQueue.global().async {
            body()
            done.resume()
        }
    }
}
