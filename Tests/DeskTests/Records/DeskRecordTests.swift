import Desk
import Foundation
import Records
import Testing

struct DeskRecordTests {
    private let member = MemberID("bank-a")!
    private static let acts: [Act] = [
        .claim(lease: 600), .release, .assign(to: Actor(.service, "robot-1")!, lease: 10), .reopen,
        .judge(Judgement(.undecidable)),
        .judge(
            Judgement(
                .fraud, fraudType: .credentialTheft, source: .customerReport, loss: MinorUnits(123_456),
                recovered: MinorUnits(7))),
        .note("<script>alert(1)</script> \"quoted\"\nЖ 👩‍👩‍👧 \u{202E}drawkcab"),
        .raise(SourcePosition(partition: 3, offset: 1 << 60, index: 9), transaction: "p-17"),
        .raise(SourcePosition(offset: 1), transaction: "p-18", sample: Sample(.approved, perMille: 3)),
        .second(Judgement(.fraud, fraudType: .romance)), .late, .confirm, .object,
        .file(.open(title: "Ж <b>", about: .init(.payee, "NL91ABNA0417164311"), isAnother: true)),
        .file(.open(title: "a", about: nil, isAnother: false)), .file(.link(to: DeskTests.item(7))), .file(.unlink),
        .file(.task("call")), .file(.finish(task: 3)), .file(.close(nil)), .file(.close(Judgement(.suspicious))),
        .bulk(.cancel), .aside(.snooze(until: 7, wakes: [.label, .alert])), .aside(.snooze(until: 7, wakes: [])),
        .aside(.wake(.alert)), .aside(.wake(nil)), .soon, .aside(.pause(until: 9, .partner)), .aside(.resume),
        .bulk(.start(BulkOrder(.judge(Judgement(.fraud)), items: [BulkItem(DeskTests.item(7), version: 3)])!)),
        .bulk(
            .start(BulkOrder(.file(.link(to: DeskTests.item(8))), items: [BulkItem(DeskTests.item(7), version: 0)])!)),
        .house(try! HouseRules(text: "four_eyes 12.50")),
        .ruleSnooze(
            .start(
                RuleSnooze.Order(
                    rule: "r", about: .init(.customer, "c-1"), until: 9, reason: "Ж", scope: try! TeamScope("kind=card")
                ))),
        .ruleSnooze(.start(RuleSnooze.Order(rule: "r", about: nil, until: 9, reason: "why"))), .ruleSnooze(.end),
        .ruleSnooze(.over), .filter(.drop),
        .filter(.save(SavedFilter("Ж", try! QueueFilter([("rule", "a=b\n&c")]), team: "cards")!)),
        .filter(.save(SavedFilter("all", QueueFilter(), team: nil)!)),
    ]

    @Test("a record is read as it was written", arguments: acts)
    func roundTrip(act: Act) throws {
        for expects in [nil, 0, Int64.max] as [Int64?] {
            let record = record(5, expects: expects, remark: expects == nil ? "" : "said on the phone", act)
            #expect(DeskRecord(json: record.json(member: member)) == record)
        }
    }

    @Test("a record is a CloudEvent of its act, and names no more than it holds")
    func form() throws {
        let json = String(decoding: record(5, expects: 3, .claim(lease: 600)).json(member: member), as: UTF8.self)
        #expect(
            json == """
                {"data":{"actor":"ana","actorKind":"person","expects":3,"writtenAt":1735689600000000,"lease":600},\
                "datacontenttype":"application/json","id":"00000000000000000000000000000005",\
                "source":"/members/bank-a/desk","specversion":"1.0","subject":"00000000000000000000000000000001",\
                "time":"2025-01-01T00:00:00Z","type":"org.cordon.desk.claim.v1"}
                """)
    }

    @Test("what is not of this version, or could not have been written by a desk, is nobody's act")
    func refused() throws {
        let sound = String(decoding: record(5, .claim(lease: 600)).json(member: member), as: UTF8.self)
        let changes = [
            ("\"lease\":600", "\"lease\":9"), ("\"lease\":600", "\"lease\":86401"), ("\"lease\":600", "\"lease\":-1"),
            ("\"lease\":600", "\"lease\":1.5"), (",\"lease\":600", ""), ("claim.v1", "claim.v2"),
            ("claim.v1", "seize.v1"), ("org.cordon.desk", "org.cordon.disk"), ("\"ana\"", "\"Ana\""),
            ("\"ana\"", "\"\""), ("\"person\"", "\"ghost\""), ("00005", "0000"), ("00001\"", "0000G\""),
            ("\"writtenAt\":1735689600000000,", ""),
        ]
        #expect(DeskRecord(json: Array(sound.utf8)) != nil)
        for (old, new) in changes {
            let changed = sound.replacingOccurrences(of: old, with: new)
            #expect(changed != sound)
            #expect(DeskRecord(json: Array(changed.utf8)) == nil, "\(new)")
        }
        for length in 0..<sound.utf8.count { #expect(DeskRecord(json: Array(sound.utf8.prefix(length))) == nil) }
    }

    @Test("a verdict that does not fit together is none")
    func judgements() throws {
        let judgement = Judgement(.fraud, fraudType: .romance, loss: MinorUnits(100))
        let sound = String(decoding: record(5, .judge(judgement)).json(member: member), as: UTF8.self)
        for (old, new) in [
            ("\"fraud\"", "\"legitimate\""), ("\"fraud\"", "\"maybe\""), ("\"1.00\"", "\"-1.00\""),
            ("\"1.00\"", "\"lots\""), ("\"analyst\"", "\"oracle\""), ("\"romance\"", "\"boredom\""),
        ] {
            let changed = sound.replacingOccurrences(of: old, with: new)
            #expect(changed != sound)
            #expect(DeskRecord(json: Array(changed.utf8)) == nil, "\(new)")
        }
    }

    @Test("a record keeps the sum that it is about, and what it is part of; one that can't be read is no absent one")
    func frame() {
        var whole = record(5, .confirm)
        (whole.amount, whole.within) = (MinorUnits(1250), DeskTests.item(9))
        let sound = String(decoding: whole.json(member: member), as: UTF8.self)
        #expect(DeskRecord(json: Array(sound.utf8)) == whole)
        for (old, new) in [("\"12.50\"", "\"lots\""), ("00009\"", "0000X\"")] {
            let changed = sound.replacingOccurrences(of: old, with: new)
            #expect(changed != sound)
            #expect(DeskRecord(json: Array(changed.utf8)) == nil, "\(new)")
        }
    }

    @Test("a sample has a kind and a share, or the record is none")
    func samples() throws {
        let act = Act.raise(SourcePosition(offset: 1), transaction: "p-18", sample: Sample(.declined, perMille: 20))
        let sound = String(decoding: record(5, act).json(member: member), as: UTF8.self)
        #expect(DeskRecord(json: Array(sound.utf8)) != nil)
        for (old, new) in [
            ("\"perMille\":20,", ""), ("\"perMille\":20", "\"perMille\":0"), ("\"perMille\":20", "\"perMille\":1001"),
            ("\"stratum\":\"declined\",", ""), ("\"declined\"", "\"sunday\""),
        ] {
            let changed = sound.replacingOccurrences(of: old, with: new)
            #expect(changed != sound)
            #expect(DeskRecord(json: Array(changed.utf8)) == nil, "\(new)")
        }
        #expect(Sample(.approved, perMille: 4)?.weight == 250)
    }

    @Test("a rule's snooze has a rule, a reason, and a name and scope that can be read, or the record is none")
    func snoozes() throws {
        let order = RuleSnooze.Order(
            rule: "r", about: .init(.customer, "c-1"), until: 9, reason: "why", scope: try TeamScope("kind=card"))
        let sound = String(decoding: record(5, .ruleSnooze(.start(order))).json(member: member), as: UTF8.self)
        #expect(DeskRecord(json: Array(sound.utf8)) != nil)
        for (old, new) in [
            ("\"rule\":\"r\"", "\"rule\":\"\""), ("\"why\"", "\"\""), ("\"customer\"", "\"sunday\""),
            ("\"c-1\"", "\"\""),
            ("\"about\":\"customer\",", ""), ("kind=card", "kind=tree"), ("\"until\":9", "\"later\":9"),
        ] {
            let changed = sound.replacingOccurrences(of: old, with: new)
            #expect(changed != sound)
            #expect(DeskRecord(json: Array(changed.utf8)) == nil, "\(new)")
        }
    }

    @Test("a note has its limit in bytes, and so has a remark")
    func lengths() {
        let longest = String(repeating: "é", count: Act.noteLimit / 2)
        for (text, isTaken) in [(longest, true), (longest + "a", false), ("", false)] {
            #expect((DeskRecord(json: record(1, .note(text)).json(member: member)) != nil) == isTaken)
        }
        #expect(DeskRecord(json: record(1, remark: longest, .release).json(member: member)) != nil)
        #expect(DeskRecord(json: record(1, remark: longest + "a", .release).json(member: member)) == nil)
    }

    @Test("names of items, acts and actors have one spelling")
    func names() {
        #expect(ItemID("0123456789abcdef0123456789abcdef") != nil)
        for wrong in [
            "", "0123456789abcdef0123456789abcde", "0123456789ABCDEF0123456789abcdef",
            "0123456789abcdef0123456789abcdeg",
        ] {
            #expect(ItemID(wrong) == nil)
            #expect(ActID(wrong) == nil)
        }
        #expect(ActID(random: [UInt8](repeating: 255, count: 16)).hex == String(repeating: "f", count: 32))
        #expect(Actor(.person, "ana.b-c_d@bank.example") != nil)
        for wrong in ["", "Ana", "a b", "a<b", "é", String(repeating: "a", count: 65)] {
            #expect(Actor(.person, wrong) == nil)
        }
        #expect("\(Actor(.service, "robot")!)" == "robot (service)")
    }
}
