import Foundation
import Keys
import PipelineFiles
import Records
import Testing

/// A key in base64 whose 32 bytes are all `byte`.
private func text(_ byte: UInt8, count: Int = 32) -> String {
    Data(repeating: byte, count: count).base64EncodedString()
}

/// Base point and others that are keys of both kinds.
private let key = text(9)
private let identity = Data(SigningKey().verifyingKey.bytes).base64EncodedString()

private let valid = """
    consortium: demo
    epoch: 3
    coordinator: \(identity)
    parties:
      - name: party-0
        host: 127.0.0.1
        port: 7300
        hpke: \(key)
        agreement: \(key)
        identity: \(identity)
        certificate: \(text(1))
      - { name: party-1, host: b.example, port: 1, hpke: \(key), agreement: \(key), identity: \(identity),
          certificate: \(text(2)) }
      - { name: party-2, host: c.example, port: 65535, hpke: \(key), agreement: \(key), identity: \(identity),
          certificate: \(text(3)) }
    members:
      - name: bank-a
        identity: \(identity)
        hpke: \(key)
      - { name: bank-b, identity: \(identity), hpke: \(key) }

    """

@Suite("A roster")
struct RosterTests {
    private let file: ConfigurationFixture

    init() throws { file = try ConfigurationFixture() }

    private func mistake(_ text: String) throws -> String? {
        try file.mistake(text) { path in _ = try Roster(file: path) }
    }

    private func mistake(replacing old: String, with new: String) throws -> String? {
        let changed = valid.replacingOccurrences(of: old, with: new)
        #expect(changed != valid, "\(old) is not in the file")
        return try mistake(changed)
    }

    @Test("is read, and reads back from what it writes")
    func reads() throws {
        try file.write(valid)
        let roster = try Roster(file: file.path)
        #expect(roster.consortium == "demo" && roster.epoch == 3)
        #expect(roster.members.map(\.id.name) == ["bank-a", "bank-b"])
        let party = try #require(roster.cell.parties[.zero])
        #expect(party.host == "127.0.0.1" && party.port == 7300)
        #expect(
            party.certificate == [UInt8](repeating: 1, count: 32)
                && party.hpke.bytes == [UInt8](repeating: 9, count: 32))
        #expect(roster.cell.parties[.two]?.port == 65_535)
        try file.write(roster.yaml)
        #expect(try Roster(file: file.path).yaml == roster.yaml)
    }

    @Test("has the standard limits of what members may ask where it says nothing, and none where it says unlimited")
    func limits() throws {
        try file.write(valid)
        let roster = try Roster(file: file.path)
        #expect(roster.members.map(\.budget) == [.daily(1_000_000), .daily(1_000_000)])
        #expect(roster.eventTime == EventTimeLimits(ahead: 86_400, late: 604_800))
        let other =
            valid.replacingOccurrences(of: "hpke: \(key)\n  - {", with: "hpke: \(key)\n    budget: 5000\n  - {")
            .replacingOccurrences(of: "hpke: \(key) }\n\n", with: "hpke: \(key), budget: unlimited }\n\n")
            .replacingOccurrences(of: "epoch: 3", with: "epoch: 3\nevent_time: { ahead: 10m }")
        try file.write(other)
        let limited = try Roster(file: file.path)
        #expect(limited.members[0].budget == .daily(5000))
        #expect(limited.eventTime == EventTimeLimits(ahead: 600, late: 604_800))
        try file.write(valid.replacingOccurrences(of: "epoch: 3", with: "epoch: 3\nevent_time: unlimited"))
        let free = try Roster(file: file.path)
        #expect(free.eventTime == nil)
        try file.write(free.yaml)
        #expect(try Roster(file: file.path).eventTime == nil)
        #expect(
            try mistake(replacing: "hpke: \(key)\n  - {", with: "hpke: \(key)\n    budget: 0\n  - {")
                == "20: members[0].budget: a whole number of transactions a day from 1 on belongs here, or `unlimited`")
        #expect(
            try mistake(replacing: "epoch: 3", with: "epoch: 3\nevent_time: { early: 1d }")
                == "3: event_time: unknown key `early`; known here: ahead, late")
    }

    @Test("has a digest of all that it says but the parties' addresses")
    func digest() throws {
        try file.write(valid)
        let roster = try Roster(file: file.path)
        var moved = roster
        moved.cell.move(.zero, to: "elsewhere", port: 1)
        #expect(moved.yaml != roster.yaml && moved.digest == roster.digest)
        var digests: Set<Digest32> = [roster.digest]
        for change in [
            { $0.consortium = "other" }, { $0.epoch += 1 }, { $0.members.swapAt(0, 1) }, { $0.members.removeLast() },
            { $0.members[0].hpke = HPKEPrivateKey().publicKey },
            { $0.members[0].identity = SigningKey().verifyingKey }, { $0.coordinator = SigningKey().verifyingKey },
            { $0.operators = [Roster.Operator(id: OperatorID("anna")!, identity: SigningKey().verifyingKey)] },
            { $0.approvals = 1 }, { $0.openings = OpeningLimits(histograms: 1, windows: 256, days: 90, apart: 1000) },
            { roster in
                let parties = roster.cell.parties.mapValues { party in
                    var other = party
                    if party.id == .one { other.identity = SigningKey().verifyingKey }
                    return other
                }
                roster.cell = Cell(parties)
            },
        ] as [(inout Roster) -> Void] {
            var changed = roster
            change(&changed)
            #expect(digests.insert(changed.digest).inserted)
        }
    }

    @Test("names a key's suite where it is another than X25519, and reads it back")
    func suites() throws {
        let hybrid = HPKEPrivateKey(.xWing).publicKey
        let text = "xwing:" + Data(hybrid.bytes).base64EncodedString()
        try file.write(
            valid.replacingOccurrences(of: "hpke: \(key)\n    agreement", with: "hpke: \(text)\n    agreement")
                .replacingOccurrences(
                    of: "bank-b, identity: \(identity), hpke: \(key)",
                    with: "bank-b, identity: \(identity), hpke: \(text)"))
        let roster = try Roster(file: file.path)
        #expect(roster.cell.sealingKeys[.zero] == hybrid && roster.members.last?.hpke == hybrid)
        #expect(roster.cell.sealingKeys[.one]?.suite == .x25519)
        try file.write(roster.yaml)
        #expect(try Roster(file: file.path).yaml == roster.yaml)
        for (wrong, why) in [
            ("x448:AAAA", "`xwing:` or no suite belongs here"),
            ("xwing:AAAA", "1216 bytes in base64 belong behind `xwing:`"),
            ("xwing:\(key)", "1216 bytes in base64 belong behind `xwing:`"),
            ("xwing:" + Data(count: 1216).base64EncodedString(), "not a key of X-Wing"),
        ] {
            #expect(
                try mistake(replacing: "hpke: \(key)\n    agreement", with: "hpke: \(wrong)\n    agreement")
                    == "8: parties[0].hpke: \(why)")
        }
        #expect(
            try mistake(replacing: "agreement: \(key)\n", with: "agreement: \(text)\n")
                == "9: parties[0].agreement: a key of X25519 belongs here")
    }

    @Test("each mistake is named with its line and what belongs there")
    func mistakes() throws {
        #expect(
            try mistake(replacing: "epoch: 3", with: "epoch: 0")
                == "2: epoch: a whole number from 1 to 2147483647 belongs here")
        #expect(try mistake(replacing: "epoch: 3", with: "epoch: soon")?.hasPrefix("2: epoch:") == true)
        #expect(try mistake(replacing: "epoch: 3\n", with: "") == "1: `epoch` is missing")
        #expect(
            try mistake(replacing: "epoch: 3", with: "epok: 3")?.hasPrefix(
                "2: unknown key `epok`; known here: consortium, ") == true)
        #expect(
            try mistake(replacing: "consortium: demo", with: "consortium: []") == "1: consortium: a text belongs here")
        #expect(
            try mistake(replacing: "coordinator: \(identity)", with: "coordinator: \(text(1, count: 31))")
                == "3: coordinator: 32 bytes in base64 belong here")
        #expect(
            try mistake(replacing: "name: party-0", with: "name: party-3")
                == "5: parties[0].name: party-0, party-1 or party-2 belongs here")
        #expect(
            try mistake(replacing: "name: party-1", with: "name: party-0")
                == "12: parties[1].name: party-0 is named twice")
        #expect(
            try mistake(replacing: "port: 7300", with: "port: 65536")
                == "7: parties[0].port: a whole number from 1 to 65535 belongs here")
        #expect(try mistake(replacing: "    host: 127.0.0.1\n", with: "") == "5: parties[0]: `host` is missing")
        #expect(
            try mistake(replacing: "hpke: \(key)\n    agreement", with: "hpke: AAAA\n    agreement")
                == "8: parties[0].hpke: 32 bytes in base64 belong here")
        #expect(
            try mistake(replacing: "hpke: \(key)\n    agreement", with: "hpke: \(text(0))\n    agreement")
                == "8: parties[0].hpke: not a key of X25519")
        #expect(
            try mistake(replacing: text(1), with: "'not base64'")
                == "11: parties[0].certificate: 32 bytes in base64 belong here")
        #expect(
            try mistake(replacing: "name: bank-b", with: "name: bank-a") == "20: members[1].name: bank-a is named twice"
        )
        #expect(
            try mistake(replacing: "name: bank-b", with: "name: Bank B")?.hasPrefix("20: members[1].name: 1 to 40 of")
                == true)
        #expect(
            try mistake(replacing: "name: bank-b", with: "name: consortium")?.hasPrefix("20: members[1].name:") == true)
        #expect(
            try mistake(replacing: "  - { name: bank-b", with: "  - { nam: bank-b")?.hasPrefix(
                "20: members[1]: unknown key `nam`") == true)
        let two = valid.replacingOccurrences(
            of:
                "  - { name: party-2, host: c.example, port: 65535, hpke: \(key), agreement: \(key), identity: \(identity),\n"
                + "      certificate: \(text(3)) }\n", with: "")
        #expect(
            try mistake(replacing: "    identity: \(identity)\n    certificate", with: "    certificate")
                == "5: parties[0]: `identity` is missing")
        #expect(
            try mistake(
                replacing: "identity: \(identity)\n    certificate", with: "identity: \(text(0))\n    certificate")
                == "10: parties[0].identity: not an Ed25519 key")
        #expect(try mistake(two)?.hasSuffix(": parties: three parties belong here") == true)
        let none = valid.components(separatedBy: "members:")[0] + "members: []\n"
        #expect(try mistake(none) == "16: members: at least one member belongs here")
        #expect(
            try mistake(valid.components(separatedBy: "members:")[0] + "members: bank-a\n")
                == "16: members: a list belongs here")
    }

    @Test("says how many of a member's events count for a token; as many as a lookup holds where it says nothing")
    func countLimit() throws {
        try file.write(valid)
        #expect(try Roster(file: file.path).countLimit == 8191)
        let limited = valid.replacingOccurrences(of: "members:", with: "counts: { member_events: 250 }\nmembers:")
        try file.write(limited)
        let roster = try Roster(file: file.path)
        #expect(roster.countLimit == 250 && roster.historyLimit == 1_000_000)
        #expect(roster.yaml.contains("counts: { member_events: 250, history: 1000000 }\n"))
        try file.write(roster.yaml.replacingOccurrences(of: "history: 1000000", with: "history: 0"))
        let without = try Roster(file: file.path)
        #expect(without.countLimit == 250 && without.historyLimit == 0 && without.digest != roster.digest)
        #expect(try mistake(roster.yaml.replacingOccurrences(of: "history: 1000000", with: "history: -1")) != nil)
        for wrong in ["0", "16777216", "many"] {
            let mistake = try mistake(limited.replacingOccurrences(of: "250", with: wrong))
            #expect(mistake?.contains("counts.member_events: a whole number from 1 to 16777215") == true)
        }
        #expect(try mistake(limited.replacingOccurrences(of: "member_events", with: "events")) != nil)
    }

    @Test("says whether members get scores rounded; exact ones where it says nothing")
    func scores() throws {
        try file.write(valid)
        let exact = try Roster(file: file.path)
        #expect(!exact.roundsScores && exact.yaml.contains("\nscores: exact\n"))
        let steps = valid.replacingOccurrences(of: "members:", with: "scores: steps\nmembers:")
        try file.write(steps)
        let roster = try Roster(file: file.path)
        #expect(roster.roundsScores && roster.digest != exact.digest)
        try file.write(roster.yaml)
        #expect(try Roster(file: file.path).roundsScores)
        #expect(
            try mistake(steps.replacingOccurrences(of: "steps", with: "some"))?
                .hasSuffix(": scores: `exact` or `steps` belongs here") == true)
    }

    @Test("names operators and how many approve of a model; none where it says nothing")
    func operators() throws {
        try file.write(valid)
        let roster = try Roster(file: file.path)
        #expect(roster.operators.isEmpty && roster.approvals == 0)
        let keys = (0..<2).map { _ in Data(SigningKey().verifyingKey.bytes).base64EncodedString() }
        let operators =
            "approvals: 2\noperators:\n  - { name: anna, identity: \(keys[0]) }\n"
            + "  - name: bernd\n    identity: \(keys[1])\n"
        let named = valid + operators
        try file.write(named)
        let read = try Roster(file: file.path)
        #expect(read.operators.map(\.id.name) == ["anna", "bernd"] && read.approvals == 2)
        #expect(read.operators.map { Data($0.identity.bytes).base64EncodedString() } == keys)
        try file.write(read.yaml)
        #expect(try Roster(file: file.path).yaml == read.yaml)
        for (old, new, mistake) in [
            ("approvals: 2", "approvals: 3", "21: approvals: a whole number from 0 to 2 belongs here"),
            ("approvals: 2", "approvals: -1", "21: approvals: a whole number from 0 to 2 belongs here"),
            ("name: bernd", "name: anna", "24: operators[1].name: anna is named twice"),
            (keys[1], keys[0], "25: operators[1].identity: another operator has this key"),
            (keys[1], text(0), "25: operators[1].identity: not an Ed25519 key"),
            ("name: bernd", "name: B", "24: operators[1].name: 1 to 40 of a-z"),
            ("name: bernd", "nam: bernd", "24: operators[1]: unknown key `nam`"),
            ("    identity: \(keys[1])\n", "", "24: operators[1]: `identity` is missing"),
        ] {
            let found = try self.mistake(named.replacingOccurrences(of: old, with: new))
            #expect(found?.hasPrefix(mistake) == true, "\(new): \(found ?? "nothing")")
        }
    }

    @Test("says how much is opened of the same rows; what it does not say is the standard")
    func openings() throws {
        try file.write(valid)
        #expect(
            try Roster(file: file.path).openings == OpeningLimits(histograms: 8, windows: 256, days: 90, apart: 1000))
        let strict =
            valid + "openings: { histograms: 2, windows: 3, days: 7, apart: 1, reasons: 9, reason_members: 4 }\n"
        try file.write(strict)
        let roster = try Roster(file: file.path)
        #expect(
            roster.openings
                == OpeningLimits(
                    histograms: 2, windows: 3, days: 7, apart: 1, reasons: ReasonLimits(daily: 9, members: 4)))
        try file.write(roster.yaml)
        #expect(try Roster(file: file.path).openings == roster.openings)
        for (part, limits) in [
            ("histograms: 2", OpeningLimits(histograms: 2, windows: 256, days: 90, apart: 1000)),
            ("windows: 2", OpeningLimits(histograms: 8, windows: 2, days: 90, apart: 1000)),
            ("days: 2", OpeningLimits(histograms: 8, windows: 256, days: 2, apart: 1000)),
            ("apart: 2", OpeningLimits(histograms: 8, windows: 256, days: 90, apart: 2)),
            ("feature_rows: 2", OpeningLimits(histograms: 8, windows: 256, days: 90, apart: 1000, featureRows: 2)),
            (
                "reasons: 2",
                OpeningLimits(
                    histograms: 8, windows: 256, days: 90, apart: 1000, reasons: ReasonLimits(daily: 2, members: 3))
            ),
        ] {
            try file.write(valid + "openings: { \(part) }\n")
            #expect(try Roster(file: file.path).openings == limits)
        }
        for (old, new) in [
            ("histograms: 2", "histograms: 0"), ("windows: 3", "windows: 0"), ("days: 7", "days: 0"),
            ("apart: 1", "apart: 0"), ("days", "hours"), ("reasons: 9", "reasons: 0"), ("reasons: 9, ", ""),
            ("reasons: 9", "reasons: 10000001"), ("members: 4", "members: 0"), ("members: 4", "members: 65"),
        ] {
            #expect(try mistake(strict.replacingOccurrences(of: old, with: new))?.hasPrefix("21: openings") == true)
        }
    }

    @Test("what is no YAML, no mapping, empty or not there is named")
    func notAFile() throws {
        #expect(try mistake("") == "0: the file is empty")
        #expect(try mistake("- a\n") == "1: a mapping (key: value) belongs here")
        #expect(try mistake("consortium: [\n")?.contains("not YAML: ") == true)
        #expect(try mistake("consortium: demo\nepoch: 1\n  members: x\n")?.hasPrefix("3: not YAML: ") == true)
        #expect(try mistake("consortium: demo\nepoch: 1\nepoch: 2\n") == "2: given twice: `epoch`")
        #expect(
            try mistake("consortium: demo\nparties:\n  - { name: a, host: b, name: c }\n") == "3: given twice: `name`")
        let missing = file.path + ".none"
        #expect(throws: ConfigurationError.self) { try Roster(file: missing) }
        do { _ = try Roster(file: missing) } catch {
            #expect(error.description == "\(missing): the file is missing or can't be read")
        }
    }
}
