import EventLogs
import IngestHTTP
import Policy
import Records
import Testing

@Suite("What the front knows of transactions")
struct ScoreBookTests {
    private static let topic = TopicPartition("bank-a.transactions")
    private let first = Fingerprint(body: [1])
    private let second = Fingerprint(body: [2])
    private let key = ScoreBook.Key(client: "core", value: "k")

    private func book() -> ScoreBook { ScoreBook(capacity: 100, age: 1000) }

    private func decision(_ id: String, offset: Int64) -> [UInt8] { Fixtures.event(id, offset: offset).json }

    private func isDecided(_ outcome: ScoreBook.Outcome?, _ id: String) -> Bool {
        if case .decided(let event) = outcome { event.data.transaction == id } else { false }
    }

    @Test("a new transaction is appended once; a repeat waits, and then has the decision; another is a conflict")
    func wayOfOne() {
        var book = book()
        guard case .append = book.admit("t", first, at: 0) else { return #expect(Bool(false)) }
        guard case .wait = book.admit("t", first, at: 0) else { return #expect(Bool(false)) }
        guard case .conflict = book.admit("t", second, at: 0) else { return #expect(Bool(false)) }
        book.wait("t", 1)
        book.wait("t", 2)
        #expect(!book.isRecorded("t"))
        #expect(book.appended("t", Position(Self.topic, 7), at: 0) == nil)
        #expect(book.isRecorded("t"))
        let ended = book.decided(Array("t".utf8), decision("t", offset: 7), at: 0)
        #expect(isDecided(ended?.0, "t") && ended?.1 == [1, 2])
        guard case .known(let outcome) = book.admit("t", first, at: 0) else { return #expect(Bool(false)) }
        #expect(isDecided(outcome, "t"))
    }

    @Test("a decision that overtakes the append's own answer is not lost")
    func overtaken() {
        var book = book()
        _ = book.admit("t", first, at: 0)
        book.wait("t", 1)
        #expect(book.decided(Array("t".utf8), decision("t", offset: 7), at: 0) == nil)
        let ended = book.appended("t", Position(Self.topic, 7), at: 0)
        #expect(isDecided(ended?.0, "t") && ended?.1 == [1])
    }

    @Test("a decision of another record under the id is said to be from elsewhere, at once and to later ones")
    func elsewhere() {
        var book = book()
        _ = book.admit("t", first, at: 0)
        book.wait("t", 1)
        _ = book.appended("t", Position(Self.topic, 7), at: 0)
        let ended = book.decided(Array("t".utf8), decision("t", offset: 3), at: 0)
        guard case .elsewhere(let event) = ended?.0 else { return #expect(Bool(false)) }
        #expect(event.data.source.offset == 3 && ended?.1 == [1])
        guard case .known(.elsewhere) = book.admit("t", second, at: 0) else { return #expect(Bool(false)) }
    }

    @Test("a decision that was heard of before, as after a restart, is known and to be compared")
    func heard() {
        var book = book()
        #expect(book.decided(Array("t".utf8), decision("t", offset: 3), at: 0) == nil)
        guard case .known(.elsewhere(let event)) = book.admit("t", first, at: 0) else { return #expect(Bool(false)) }
        #expect(event.data.transaction == "t")
    }

    @Test(
        "a rejection reaches who waits, before or after the append's answer, and the id is free again",
        arguments: [true, false])
    func rejected(before: Bool) {
        var book = book()
        _ = book.admit("t", first, at: 0)
        book.wait("t", 1)
        let position = Position(Self.topic, 7)
        let early = before ? book.rejected(position, "id_conflict", nil, at: 0) : nil
        let appended = book.appended("t", position, at: 0)
        let late = before ? nil : book.rejected(position, "id_conflict", nil, at: 0)
        #expect(early == nil)
        guard case .rejected(let code, _) = (before ? appended : late)?.0 else { return #expect(Bool(false)) }
        #expect(code == "id_conflict" && (before ? appended : late)?.1 == [1])
        guard case .append = book.admit("t", second, at: 0) else { return #expect(Bool(false)) }
    }

    @Test(
        "what the parties refuse reaches who waits, and stays the answer: the agent drops what comes under its id",
        arguments: [true, false])
    func refusedByParties(before: Bool) {
        var book = book()
        _ = book.admit("t", first, at: 0)
        book.wait("t", 1)
        let position = Position(Self.topic, 7)
        let early = before ? book.rejected(position, "over_budget", nil, wasTaken: true, at: 0) : nil
        let appended = book.appended("t", position, at: 0)
        let late = before ? nil : book.rejected(position, "over_budget", nil, wasTaken: true, at: 0)
        #expect(early == nil)
        guard case .rejected("over_budget", nil) = (before ? appended : late)?.0 else { return #expect(Bool(false)) }
        #expect((before ? appended : late)?.1 == [1])
        guard case .known(.rejected("over_budget", nil)) = book.admit("t", first, at: 0) else {
            return #expect(Bool(false))
        }
        guard case .conflict = book.admit("t", second, at: 0) else { return #expect(Bool(false)) }
        // Told a second time, as after a crash of the agent, it wakes nobody.
        #expect(book.rejected(position, "over_budget", nil, wasTaken: true, at: 0) == nil)
    }

    @Test("a key with the same body is the same request; with another it is refused; a client's keys are its own")
    func keys() {
        var book = book()
        let other = ScoreBook.Key(client: "other", value: "k")
        guard case .append = book.admit("t", first, key: (key, body: first), at: 0) else { return #expect(Bool(false)) }
        guard case .wait = book.admit("t", first, key: (key, body: first), at: 0) else { return #expect(Bool(false)) }
        guard case .keyReused = book.admit("u", second, key: (key, body: second), at: 0) else {
            return #expect(Bool(false))
        }
        guard case .append = book.admit("u", second, key: (other, body: second), at: 0) else {
            return #expect(Bool(false))
        }
    }

    @Test("a conflict uses no key up")
    func keyOfConflict() {
        var book = book()
        _ = book.admit("t", first, at: 0)
        guard case .conflict = book.admit("t", second, key: (key, body: second), at: 0) else {
            return #expect(Bool(false))
        }
        guard case .append = book.admit("u", first, key: (key, body: first), at: 0) else { return #expect(Bool(false)) }
    }

    @Test("what could not be appended is forgotten, and its waiters are named")
    func failed() {
        var book = book()
        _ = book.admit("t", first, at: 0)
        book.wait("t", 1)
        book.wait("t", 2)
        book.leave("t", 1)
        #expect(book.failed("t") == [2])
        guard case .append = book.admit("t", second, at: 0) else { return #expect(Bool(false)) }
    }

    @Test("decisions of the stream push out no transaction that was given here")
    func floods() {
        var book = ScoreBook(capacity: 4, age: 1000)
        _ = book.admit("t", first, at: 0)
        for number in 0..<100 {
            _ = book.decided(Array("s-\(number)".utf8), decision("s-\(number)", offset: Int64(number)), at: 0)
        }
        guard case .wait = book.admit("t", first, at: 0) else { return #expect(Bool(false)) }
    }

    @Test("two spellings of an id that Unicode calls equivalent are two transactions")
    func spellings() {
        var book = book()
        _ = book.admit("\u{e9}", first, at: 0)
        guard case .append = book.admit("e\u{301}", second, at: 0) else { return #expect(Bool(false)) }
    }
}
