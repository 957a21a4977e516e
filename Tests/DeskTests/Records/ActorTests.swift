import Desk
import Records
import Support
import Testing

/// Whoever acts at a desk, and the clock that it all goes by.
struct ActorTests {
    @Test("a name is of small letters, digits and four marks: each byte at each place, and each length")
    func names() {
        let allowed = Set("abcdefghijklmnopqrstuvwxyz0123456789.-_@".utf8)
        for byte in UInt8.min...127 {
            for place in 0..<3 {
                var name = Array("ana".utf8)
                name[place] = byte
                let text = String(decoding: name, as: UTF8.self)
                #expect((Actor(.person, text) != nil) == allowed.contains(byte), "\(byte)")
            }
        }
        for (length, isName) in [(0, false), (1, true), (63, true), (64, true), (65, false), (1000, false)] {
            #expect((Actor(.person, String(repeating: "a", count: length)) != nil) == isName)
        }
        // Letters that only look alike, and what stands for more than one byte.
        for text in ["аna", "ａna", "an\u{0301}a", "ß", "a\u{200B}", "a\n", " ana"] {
            #expect(Actor(.person, text) == nil)
        }
    }

    @Test("a name of another kind is another actor, and people see which kind it is")
    func kinds() throws {
        let all = Actor.Kind.allCases.compactMap { Actor($0, "ana") }
        #expect(Set(all).count == 3 && Set(all.map(\.description)).count == 3)
        #expect(all.map(\.description) == ["ana", "ana (service)", "ana (desk)"])
        #expect(Actor.desk.kind == .desk && Actor.desk == Actor(.desk, "desk") && Actor.desk != Actor(.person, "desk"))
    }

    @Test("no program, nor the desk itself, is the second person of anybody's verdict", arguments: Actor.Kind.allCases)
    func second(kind: Actor.Kind) throws {
        let other = try #require(Actor(kind, "other"))
        var work = Work()
        var judged = record(1, .judge(Judgement(.fraud)))
        judged.amount = MinorUnits(10_000)
        try work.take(judged, at: 1, house: HouseRules(text: "four_eyes 1"))
        if kind == .person {
            try work.take(record(2, by: other, .confirm), at: 2)
            #expect(work.confirmedBy == other)
        } else {
            #expect(throws: Work.Refusal.ownProposal) { try work.take(record(2, by: other, .confirm), at: 2) }
            #expect(work.state == .open && work.proposal?.by == ana)
        }
    }

    @Test("the clock of leases is the latest time of any record so far", arguments: 0..<3 as Range<UInt64>)
    func clock(seed: UInt64) {
        var random = SplitMix64(seed)
        var clock = LogClock()
        var times: [Int64] = [0]
        for _ in 0..<200 {
            times.append(Int64(random.next() % 1000) - 200)
            clock.pass(times[times.count - 1])
            #expect(clock.now == times.max())
        }
        #expect(LogClock(now: 7).now == 7)
    }

    @Test("what a verdict says goes with the others only where it is a fraud, and amounts only as money may be")
    func judgements() {
        for finding in Finding.allCases {
            for type in [nil, FraudType.romance] {
                for loss in [nil, 0, MinorUnits.limit, -1, MinorUnits.limit + 1] as [Int64?] {
                    for recovered in [nil, 0, -1] as [Int64?] {
                        let judgement = Judgement(
                            finding, fraudType: type, loss: loss.map { MinorUnits($0) },
                            recovered: recovered.map { MinorUnits($0) })
                        let isPlain = type == nil && loss == nil && recovered == nil
                        let isMoney = [loss, recovered].allSatisfy {
                            $0.map { (0...MinorUnits.limit).contains($0) } ?? true
                        }
                        #expect((judgement.fault == nil) == (finding == .fraud ? isMoney : isPlain))
                    }
                }
            }
        }
    }
}
