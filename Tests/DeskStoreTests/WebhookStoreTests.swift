import Desk
import DeskStore
import Foundation
import Records
import Support
import Testing
import Webhooks

/// Endpoints and messages of a store, as its people and its sender change them.
struct WebhookStoreTests {
    private let folder = try! TemporaryFolder()
    private let address = try! WebhookAddress("https://example.com/hook?a=b")

    private func store() throws -> WebhookStore { try WebhookStore(path: folder.path("sub/webhooks")) }

    private func secret(_ byte: UInt8) -> WebhookSecret { WebhookSecret(shared: Array(repeating: byte, count: 32)) }

    private func add(_ name: String, to store: WebhookStore) throws -> WebhookEndpoint {
        try store.add(name, to: address, filter: QueueFilter(), kinds: .both, secret: secret(1))
        return try endpoint(name, of: store)
    }

    private func endpoint(_ name: String, of store: WebhookStore) throws -> WebhookEndpoint {
        try #require(try store.endpoints().first { $0.name == name })
    }

    private func batch(_ endpoint: WebhookEndpoint, _ ids: [String] = [], body: String = "b") -> WebhookBatch {
        var batch = WebhookBatch(endpoint: endpoint.number, revision: endpoint.revision)
        batch.events = ids.map { .init(id: $0, body: Array("\(body) \($0)".utf8)) }
        return batch
    }

    @Test("an endpoint is kept as it was added, over a restart, in the order of names; a name is there once")
    func added() throws {
        let store = try store()
        let filter = try QueueFilter([("customer", "a=b c"), ("at_least", "5"), ("band", "review")])
        try store.add("two", to: address, filter: filter, kinds: .acts, secret: secret(2))
        try store.add(
            "one", to: address, filter: QueueFilter(), kinds: .alerts,
            secret: WebhookSecret(pair: Array(repeating: 3, count: 32)))
        #expect(throws: WebhookStore.Failure.taken) {
            try store.add("two", to: address, filter: QueueFilter(), kinds: .both, secret: secret(4))
        }
        #expect(try store.changes() == 2)
        for store in [store, try self.store()] {
            let all = try store.endpoints()
            #expect(all.map(\.name) == ["one", "two"] && all.map(\.kinds) == [.alerts, .acts])
            #expect(all.map(\.filter) == [QueueFilter(), filter] && all.allSatisfy { "\($0.address)" == "\(address)" })
            #expect(all.map { $0.keys.map(\.secret.version) } == [["v1a"], ["v1"]])
            #expect(all[1].keys.first?.secret.text == secret(2).text && all[1].keys.first?.until == nil)
            #expect(all.allSatisfy { $0.state == .active && $0.reason == nil && $0.cursor == nil && $0.replay == nil })
            #expect(all.allSatisfy { $0.revision == 0 && $0.health == .init() })
        }
    }

    @Test("what is asked of an endpoint that is not there is refused, and changes nothing")
    func unknown() throws {
        let store = try store()
        _ = try add("one", to: store)
        let asked: [(WebhookStore) throws -> Void] = [
            { try $0.remove("x") }, { try $0.set("x", active: true) }, { try $0.rotate("x", to: secret(5), until: 1) },
            { try $0.replay("x", since: 1) }, { try $0.resend("x") },
            { _ = try $0.messages(of: "x", .waiting, limit: 1) },
        ]
        for ask in asked { #expect(throws: WebhookStore.Failure.unknown) { try ask(store) } }
        #expect(try store.changes() == 1 && store.endpoints().count == 1)
    }

    @Test("messages wait in the order in which they came, each with its body; a sender keeps what became of each")
    func messages() throws {
        let store = try store()
        let one = try add("one", to: store)
        let two = try add("two", to: store)
        let owner = try store.take()
        let new = try store.commit([batch(one, ["c", "a", "b", "d"]), batch(two, ["a"])], by: owner, at: 5)
        #expect(new.map { $0?.map(\.event.id) } == [["c", "a", "b", "d"], ["a"]])
        let numbers = try #require(new[0]).map(\.number)
        let waiting = try store.waiting(one.number)
        #expect(waiting.map(\.event.id) == ["c", "a", "b", "d"] && waiting.map(\.message.number) == numbers)
        #expect(waiting.map { String(decoding: $0.event.body, as: UTF8.self) } == ["b c", "b a", "b b", "b d"])
        var results = batch(one)
        results.changes = [
            (.delivered(numbers[0]), "204"), (.retry(.init(number: numbers[1], attempts: 3, due: 77)), "503"),
            (.gaveUp(numbers[2]), "timeout"),
        ]
        _ = try store.commit([results], by: owner, at: 9)
        func told(_ state: WebhookMessage.State, limit: Int = 9) throws -> [String] {
            try store.messages(of: "one", state, limit: limit).map {
                #expect($0.state == state && $0.at == ($0.last == nil ? nil : 9))
                return
                    "\(try #require(numbers.firstIndex(of: $0.number))) \($0.id) \($0.attempts) \($0.due) \($0.last ?? "-")"
            }
        }
        #expect(try told(.waiting) == ["3 d 0 0 -", "1 a 3 77 503"] && told(.waiting, limit: 1) == ["3 d 0 0 -"])
        #expect(try told(.delivered) == ["0 c 1 0 204"] && told(.givenUp) == ["2 b 1 0 timeout"])
        #expect(try store.messages(of: "two", .waiting, limit: 9).map(\.id) == ["a"])
        #expect(
            try store.waiting(one.number).map(\.message) == [
                .init(number: numbers[1], attempts: 3, due: 77), .init(number: numbers[3]),
            ])
    }

    @Test("an event that waits is not there twice; one that was delivered or given up is sent again with its new body")
    func again() throws {
        let store = try store()
        let one = try add("one", to: store)
        let owner = try store.take()
        let numbers = try #require(try store.commit([batch(one, ["a", "b", "c"])], by: owner, at: 1)[0]).map(\.number)
        var results = batch(one)
        results.changes = [(.delivered(numbers[0]), "200"), (.gaveUp(numbers[1]), "500")]
        _ = try store.commit([results], by: owner, at: 2)
        let again = try store.commit([batch(one, ["a", "b", "c"], body: "new")], by: owner, at: 3)
        #expect(again[0]?.map(\.number) == Array(numbers.prefix(2)))
        let bodies = try store.waiting(one.number).map { String(decoding: $0.event.body, as: UTF8.self) }
        #expect(bodies == ["new a", "new b", "b c"])
        #expect(try store.messages(of: "one", .waiting, limit: 9).allSatisfy { $0.attempts == 0 && $0.due == 0 })
    }

    @Test(
        "what a person changed meanwhile counts before a turn's events, state and cursor; what became of messages is kept"
    )
    func changedMeanwhile() throws {
        let store = try store()
        let one = try add("one", to: store)
        let two = try add("two", to: store)
        let owner = try store.take()
        let number = try #require(try store.commit([batch(one, ["a"])], by: owner, at: 1)[0]?.first).number
        try store.set("one", active: false)
        var turn = batch(one, ["b"])
        turn.changes = [(.delivered(number), "200")]
        turn.cursor = FeedCursor(alerts: [7], cases: 8)
        turn.disabled = .gone
        turn.health = .init(failures: 4, failingSince: 3)
        var other = batch(two, ["z"])
        other.cursor = FeedCursor(alerts: [1], cases: 2)
        other.disabled = .silent
        other.health = .init(failures: 9, failingSince: 6)
        #expect(try store.commit([turn, other], by: owner, at: 2).map { $0 == nil } == [true, false])
        let kept = try endpoint("one", of: store)
        #expect(kept.state == .paused && kept.cursor == nil && kept.health == .init() && kept.reason == nil)
        #expect(kept.revision == 1)
        #expect(try store.messages(of: "one", .delivered, limit: 9).map(\.id) == ["a"])
        #expect(try store.waiting(one.number).isEmpty)
        let taken = try endpoint("two", of: store)
        #expect(
            taken.state == .disabled && taken.reason == .silent && taken.cursor == FeedCursor(alerts: [1], cases: 2))
        #expect(taken.health == .init(failures: 9, failingSince: 6) && taken.revision == 0)
        #expect(try store.changes() == 3)
    }

    @Test("whoever was the sender before can write nothing, of no endpoint")
    func takenOver() throws {
        let store = try store()
        let one = try add("one", to: store)
        let (first, second) = (try store.take(), try self.store().take())
        #expect(throws: WebhookStore.Failure.takenOver) { try store.commit([batch(one, ["a"])], by: first, at: 1) }
        #expect(try store.waiting(one.number).isEmpty)
        #expect(try store.commit([batch(one, ["a"])], by: second, at: 1)[0]?.count == 1)
    }

    @Test("an endpoint that is set active begins anew, with all that waits due; one that is paused keeps its times")
    func active() throws {
        let store = try store()
        let (one, two) = (try add("one", to: store), try add("two", to: store))
        let owner = try store.take()
        for endpoint in [one, two] {
            let numbers = try #require(try store.commit([batch(endpoint, ["a", "b"])], by: owner, at: 1)[0]).map(
                \.number)
            var turn = batch(endpoint)
            turn.changes = numbers.map { (.retry(.init(number: $0, attempts: 2, due: 50)), "500") }
            turn.disabled = .gone
            turn.health = .init(failures: 2, failingSince: 1)
            _ = try store.commit([turn], by: owner, at: 2)
        }
        try store.set("one", active: false)
        #expect(try store.waiting(one.number).map(\.message.due) == [50, 50])
        #expect(try endpoint("one", of: store).state == .paused)
        try store.set("one", active: true)
        #expect(try store.waiting(one.number).map(\.message.due) == [0, 0])
        #expect(try store.waiting(one.number).map(\.message.attempts) == [2, 2])
        let active = try endpoint("one", of: store)
        #expect(active.state == .active && active.reason == nil && active.health == .init() && active.revision == 2)
        #expect(try store.waiting(two.number).map(\.message.due) == [50, 50])
        #expect(try endpoint("two", of: store).reason == .gone)
        // A turn that finds its receiver back makes all due that waits, of its own endpoint.
        var turn = batch(try endpoint("two", of: store))
        turn.isAllDue = true
        _ = try store.commit([turn], by: owner, at: 3)
        #expect(try store.waiting(two.number).map(\.message.due) == [0, 0])
    }

    @Test("a key that is replaced signs beside the new one until its time, and an older one no more")
    func rotated() throws {
        let store = try store()
        _ = try add("one", to: store)
        _ = try add("two", to: store)
        try store.rotate("one", to: secret(2), until: 100)
        try store.rotate("one", to: secret(3), until: 200)
        let keys = try endpoint("one", of: store).keys
        #expect(keys.map(\.secret.text) == [secret(2).text, secret(3).text] && keys.map(\.until) == [200, nil])
        #expect(try endpoint("two", of: store).keys.map(\.secret.text) == [secret(1).text])
    }

    @Test("a replay holds until a cursor is kept; an endpoint that is removed takes its messages and keys along")
    func replayed() throws {
        let store = try store()
        let (one, two) = (try add("one", to: store), try add("two", to: store))
        let owner = try store.take()
        _ = try store.commit([batch(one, ["a"]), batch(two, ["a"])], by: owner, at: 1)
        try store.replay("one", since: 33)
        let asked = try endpoint("one", of: store)
        #expect(asked.replay == 33 && asked.revision == 1)
        #expect(try endpoint("two", of: store).replay == nil)
        var turn = batch(asked)
        turn.cursor = FeedCursor(alerts: [0, 4], cases: 0)
        _ = try store.commit([turn], by: owner, at: 2)
        #expect(try endpoint("one", of: store).replay == nil)
        #expect(try endpoint("one", of: store).cursor == FeedCursor(alerts: [0, 4], cases: 0))
        try store.remove("one")
        #expect(try store.endpoints().map(\.name) == ["two"] && store.waiting(one.number).isEmpty)
        #expect(try store.waiting(two.number).count == 1)
        // One of the same name is another one: numbers are never given twice.
        let again = try add("one", to: store)
        #expect(again.number > two.number && again.keys.count == 1)
    }

    @Test("a message is sent again by its id where it does not wait; without an id, all that were given up")
    func resent() throws {
        let store = try store()
        let (one, two) = (try add("one", to: store), try add("two", to: store))
        let owner = try store.take()
        for endpoint in [one, two] {
            let numbers = try #require(try store.commit([batch(endpoint, ["a", "b", "c", "d"])], by: owner, at: 1)[0])
                .map(\.number)
            var turn = batch(endpoint)
            turn.changes = [
                (.delivered(numbers[0]), "200"), (.gaveUp(numbers[1]), "500"), (.gaveUp(numbers[2]), "500"),
            ]
            turn.changes.append((.retry(.init(number: numbers[3], attempts: 2, due: 5)), "500"))
            _ = try store.commit([turn], by: owner, at: 2)
        }
        func ids(_ state: WebhookMessage.State) throws -> [String] {
            try store.messages(of: "one", state, limit: 9).map(\.id).sorted()
        }
        #expect(try store.resend("one", id: "d") == 0 && store.resend("one", id: "x") == 0)
        #expect(try store.waiting(one.number).map(\.message.attempts) == [2])
        #expect(try store.resend("one", id: "a") == 1)
        #expect(try ids(.waiting) == ["a", "d"] && ids(.givenUp) == ["b", "c"])
        #expect(try store.resend("one") == 2)
        #expect(try ids(.waiting) == ["a", "b", "c", "d"] && ids(.delivered).isEmpty)
        #expect(try store.messages(of: "two", .givenUp, limit: 9).count == 2)
    }

    @Test(
        "of what was delivered the latest five hundred are listed, of each endpoint; what waits and was given up stays")
    func pruned() throws {
        let store = try store()
        let (one, two) = (try add("one", to: store), try add("two", to: store))
        let owner = try store.take()
        let other = try #require(try store.commit([batch(two, ["x"])], by: owner, at: 1)[0]).map(\.number)
        let numbers = try #require(try store.commit([batch(one, (0..<520).map { "e-\($0)" })], by: owner, at: 1)[0])
            .map(\.number)
        var turn = batch(one)
        turn.changes = numbers.prefix(510).map { (.delivered($0), "200") } + [(.gaveUp(numbers[510]), "500")]
        var beside = batch(two)
        beside.changes = [(.delivered(other[0]), "200")]
        _ = try store.commit([beside, turn], by: owner, at: 2)
        let listed = try store.messages(of: "one", .delivered, limit: 1000)
        #expect(listed.map(\.number) == numbers[10..<510].reversed())
        #expect(try store.messages(of: "one", .givenUp, limit: 9).count == 1)
        #expect(try store.waiting(one.number).count == 9)
        #expect(try store.messages(of: "two", .delivered, limit: 9).count == 1)
    }

    @Test("an endpoint's name has 1 to 64 small letters, digits, - and _")
    func names() {
        for name in ["a", "0-_z", String(repeating: "x", count: 64)] { #expect(WebhookEndpoint.isName(name)) }
        for name in ["", "A", "a b", "ä", "a.b", "a/b", "`", "{", ":", "/", String(repeating: "x", count: 65)] {
            #expect(!WebhookEndpoint.isName(name), "\(name)")
        }
    }

    @Test("a batch with anything to keep is not empty")
    func empty() {
        let changes: [(inout WebhookBatch) -> Void] = [
            { $0.events = [.init(id: "a", body: [])] }, { $0.cursor = FeedCursor(alerts: [0], cases: 0) },
            { $0.changes = [(.delivered(1), "")] }, { $0.isAllDue = true }, { $0.disabled = .gone },
            { $0.health = .init() },
        ]
        #expect(WebhookBatch(endpoint: 1, revision: 0).isEmpty)
        for change in changes {
            var batch = WebhookBatch(endpoint: 1, revision: 0)
            change(&batch)
            #expect(!batch.isEmpty)
        }
    }
}
