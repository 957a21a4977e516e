import Ingest
import Records
import Sealing
import Testing
import ThreeParty

@Suite("The book of reasons that are asked for")
struct ReasonBookTests {
    private let model = Digest32(of: [[1]])
    private let other = Digest32(of: [[2]])

    /// A book that has heard of batches of so many transactions of the member, ten offsets each.
    private func book(_ rows: [Int], at seconds: Int64 = 1_000) -> ReasonBook {
        var book = ReasonBook(daily: 1_000_000)
        for (at, count) in rows.enumerated() { note(&book, at, count, at: seconds) }
        return book
    }

    private func range(_ batch: Int) -> Range<Int64> { Int64(batch) * 10..<Int64(batch) * 10 + 10 }

    private func note(
        _ book: inout ReasonBook, _ batch: Int, _ rows: Int, epoch: UInt32 = 1, model: Digest32? = nil,
        parties: [PartyID] = PartyID.allCases, at seconds: Int64 = 1_000
    ) {
        for party in parties {
            book.note(
                Digest32(of: [[3, UInt8(batch)]]), of: party, epoch: epoch, range: range(batch), rows: rows,
                model: model ?? self.model, at: seconds)
        }
    }

    private func want(_ id: String, _ batch: Int, _ row: Int, epoch: UInt32 = 1, model: Digest32? = nil)
        -> ReasonBook.Want
    {
        ReasonBook.Want(id: id, range: range(batch), row: row, epoch: epoch, model: model ?? self.model)
    }

    @Test(
        "an alert of a batch that another one was computed in the place of is given up after a minute, and not before")
    func computedAnew() throws {
        var book = book([1])
        book.want(want("a", 1, 0))
        // Of the same beginning, and longer.
        for party in PartyID.allCases {
            book.note(Digest32(of: [[9]]), of: party, epoch: 1, range: 10..<30, rows: 4, model: model, at: 1_000)
        }
        #expect(try question(&book, at: 1_001).chosen.isEmpty)
        #expect(book.expire(at: 1_060).isEmpty)
        #expect(book.expire(at: 1_061) == [.refused(["a"], code: "too_late")])
        #expect(book.expire(at: 1_062).isEmpty && book.open.isEmpty)
    }

    @Test("an alert is asked for by its number among all transactions that were scored lately")
    func places() throws {
        var book = book([3, 0, 2, 5])
        book.want(want("a", 0, 2))
        book.want(want("b", 3, 4))
        let question = try self.question(&book, at: 1_000)
        #expect(question.range == 0..<40 && question.rows == 10)
        #expect(question.chosen.map(\.id) == ["a", "b"] && question.chosen.map(\.row) == [2, 9])
    }

    @Test("when it is asked, in which window, hangs on scores alone")
    func alike() throws {
        var (busy, idle) = (book([3, 2]), book([3, 2]))
        for at in 0..<3 { busy.want(want("\(at)", 0, at)) }
        for second in Int64(1_000)..<1_100 {
            let (one, other) = (busy.question(at: second), idle.question(at: second))
            #expect(one?.range == other?.range && one?.rows == other?.rows && one?.model == other?.model)
            #expect(other?.chosen.isEmpty ?? true)
            if let one { busy.note(one, as: Digest32(of: [[UInt8(second % 256)]]), features: [1], at: second) }
            if second % 5 != 0 || second > 1_060 { #expect(one == nil) }
            if second == 1_000 { #expect(one?.chosen.count == 3) }
        }
    }

    @Test("a budget that is small makes requests rare")
    func budget() {
        var book = ReasonBook(daily: 800)
        var asked = 0
        for second in Int64(0)..<86_400 {
            if second % 50 == 0 { note(&book, Int(second / 50) % 3, 4, at: second) }
            if book.question(at: second) != nil { asked += 1 }
        }
        #expect(asked > 90 && asked * ReasonRequest.choices <= 800)
    }

    @Test("eight alerts go with a request, the others with the next ones")
    func many() throws {
        var book = book([30])
        for at in 0..<10 { book.want(want("\(at)", 0, at)) }
        let first = try self.question(&book, at: 1_000)
        #expect(first.chosen.map(\.id) == (0..<8).map { "\($0)" })
        book.note(first, as: model, features: [1], at: 1_000)
        let early = book.question(at: 1_003)
        #expect(early == nil)
        let second = try self.question(&book, at: 1_005)
        #expect(second.chosen.map(\.id) == ["8", "9"])
        #expect(book.open == Set((0..<10).map { "\($0)" }))
    }

    @Test(
        "a batch counts once all three parties have told its scores; one of two sessions' epochs can't be asked about")
    func batches() throws {
        var book = book([3])
        note(&book, 1, 4, parties: [.zero, .one])
        book.want(want("late", 1, 0))
        let first = try self.question(&book, at: 1_000)
        #expect(first.rows == 3)
        note(&book, 1, 4, parties: [.two])
        let question = try self.question(&book, at: 1_005)
        #expect(question.rows == 7 && question.chosen.map(\.row) == [3])
        note(&book, 2, 2)
        note(&book, 2, 3, epoch: 2)
        book.want(want("mixed", 2, 0))
        let next = try self.question(&book, at: 1_010)
        #expect(next.rows == 12 && next.chosen.map(\.id) == ["late"])
        let none = book.expire(at: 1_030)
        #expect(none.isEmpty)
        note(&book, 3, 1, at: 1_100)
        let late = book.expire(at: 1_100)
        #expect(late == [.refused(["mixed"], code: "too_late")])
    }

    @Test("a batch that was computed in the place of another one counts alone")
    func replaced() throws {
        var book = book([3, 4])
        for party in PartyID.allCases {
            book.note(Digest32(of: [[5]]), of: party, epoch: 1, range: 10..<25, rows: 6, model: model, at: 1_000)
        }
        book.want(want("a", 0, 1))
        book.want(ReasonBook.Want(id: "b", range: 10..<25, row: 5, epoch: 1, model: model))
        let question = try self.question(&book, at: 1_000)
        #expect(question.range == 0..<25 && question.rows == 9 && question.chosen.map(\.row) == [1, 8])
    }

    @Test("behind a switch each model's transactions have their turn, with alerts or without")
    func models() throws {
        for isAlerted in [false, true] {
            var book = book([3])
            note(&book, 1, 2, model: other)
            if isAlerted { book.want(want("new", 1, 1, model: other)) }
            let questions = (0..<4).compactMap { book.question(at: 1_000 + 5 * $0) }
            #expect(questions.map(\.model) == [other, model, other, model])
            #expect(questions.map(\.rows) == [2, 3, 2, 3])
            #expect(questions[0].chosen.map(\.row) == (isAlerted ? [1] : []))
        }
    }

    @Test("three shares are an answer; a refusal is one where asking again would change nothing")
    func answers() throws {
        var book = book([3])
        book.want(want("a", 0, 1))
        let question = try self.question(&book, at: 1_000)
        book.note(question, as: model, features: [2, 1], at: 1_000)
        let missing = [(PartyID.zero, UInt8(1)), (.two, 2)].map { book.note(answer(model, $0, .success(share($1)))) }
        #expect(missing == [nil, nil])
        let outcome = book.note(answer(model, .one, .success(share(4))))
        guard case .answered(question.model, let answers)? = outcome else {
            Issue.record("no answer")
            return
        }
        let sum = Int32(bitPattern: 3 * 0x0101_0101 &+ 4 * 0x0101_0101)
        #expect(answers.map(\.id) == ["a"] && answers[0].answer.contributions == [sum, sum])
        #expect(answers[0].answer.shown == 1 ^ 2 ^ 4 && book.open.isEmpty)
        let again = book.note(answer(model, .one, .success(share(4))))
        #expect(again == nil)
    }

    @Test("shares of two plans are no answer; a party that computes by another one says so")
    func plans() throws {
        var book = book([3])
        book.want(want("a", 0, 1))
        let question = try self.question(&book, at: 1_000)
        book.note(question, as: model, features: [2, 1], at: 1_000)
        let mixed = PartyID.allCases.map {
            book.note(answer(model, $0, .success(share(1)), plan: $0 == .zero ? 1 : 2))
        }
        #expect(mixed == [nil, nil, nil])
        let outcome = book.note(answer(model, .zero, .success(share(1)), plan: 2))
        guard case .answered(question.model, let answers)? = outcome else {
            Issue.record("no answer")
            return
        }
        #expect(answers.map(\.id) == ["a"])
    }

    @Test("what is refused for now is asked three times, what is refused for good once")
    func refusals() throws {
        var book = book([3])
        book.want(want("a", 0, 1))
        for second in [1_000, 1_005, 1_010] as [Int64] {
            let question = try self.question(&book, at: second)
            #expect(question.chosen.map(\.id) == ["a"])
            book.note(question, as: model, features: [1], at: second)
            let outcome = book.note(answer(model, .zero, .failure(.otherRows)))
            #expect(outcome == (second == 1_010 ? .refused(["a"], code: "other_rows") : nil))
        }
        book.want(want("b", 0, 1))
        let question = try self.question(&book, at: 1_015)
        book.note(question, as: model, features: [1], at: 1_015)
        let last = book.note(answer(model, .one, .failure(.noCard)))
        #expect(last == .refused(["b"], code: "no_card"))
    }

    @Test("what nobody answers is given up in the end, and so is an alert whose batch is too old")
    func late() throws {
        var book = book([3])
        book.want(want("a", 0, 1))
        for second in stride(from: Int64(1_000), to: 1_700, by: 5) {
            note(&book, Int(second % 100), 1, at: second)
            if let question = book.question(at: second) {
                book.note(question, as: Digest32(of: [[UInt8(second / 5 % 256)]]), features: [1], at: second)
            }
            for outcome in book.expire(at: second) {
                #expect(outcome == .refused(["a"], code: "no_answer") || outcome == .refused(["a"], code: "too_late"))
                #expect(book.open.isEmpty)
                return
            }
        }
        Issue.record("the alert waits for ever")
    }

    @Test("an alert of which is known what became of it is not asked about")
    func forgotten() throws {
        var book = book([3])
        book.want(want("a", 0, 1))
        book.forget("a")
        let question = try self.question(&book, at: 1_000)
        #expect(question.chosen.isEmpty && book.open.isEmpty)
    }

    private func question(_ book: inout ReasonBook, at seconds: Int64) throws -> ReasonBook.Question {
        let question = book.question(at: seconds)
        return try #require(question)
    }

    private func share(_ byte: UInt8) -> [UInt8] {
        [UInt8](repeating: byte, count: ReasonRequest.choices * 2 * 4 + ReasonRequest.choices)
    }

    /// An answer as a member opens it.
    private func answer(
        _ request: Digest32, _ party: PartyID, _ word: Result<[UInt8], ReasonRefusal>, plan: UInt8 = 0
    ) -> ReasonAnswer {
        ReasonAnswer(
            party: party, request: request,
            word: word.map { ReasonAnswer.Share(plan: Digest32(of: [[4, plan]]), bytes: $0) })
    }
}
