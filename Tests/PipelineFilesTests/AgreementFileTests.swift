import Foundation
import Keys
import Manifests
import PipelineFiles
import Records
import Testing

@Suite("The file of an agreement")
struct AgreementFileTests {
    private let file: ConfigurationFixture
    private let founding: ConsortiumAgreement

    init() throws {
        file = try ConfigurationFixture()
        founding = try Self.roster().foundingAgreement
    }

    private static func identity(_ byte: UInt8) -> VerifyingKey {
        SigningKey(bytes: [UInt8](repeating: byte, count: 32))!.verifyingKey
    }

    private static func roster() throws -> Roster {
        let hpke = try HPKEPublicKey(bytes: [UInt8](repeating: 9, count: 32))
        var parties: [PartyID: Cell.Party] = [:]
        for id in PartyID.allCases {
            parties[id] = Cell.Party(
                id: id, host: "127.0.0.1", port: 7300 + id.rawValue, hpke: hpke, agreement: hpke,
                identity: identity(UInt8(10 + id.rawValue)), certificate: [UInt8](repeating: 1, count: 32))
        }
        var roster = Roster(
            consortium: "demo", epoch: 1, coordinator: identity(1), cell: Cell(parties),
            members: [("bank-a", 20), ("bank-b", 21), ("bank-c", 22)].map { name, byte in
                .init(id: MemberID(name)!, identity: identity(byte), hpke: hpke, budget: .daily(5))
            }, eventTime: nil)
        roster.operators = [
            .init(id: OperatorID("bernd")!, identity: identity(31)),
            .init(id: OperatorID("anna")!, identity: identity(30)),
        ]
        roster.approvals = 2
        return roster
    }

    private func full() -> ConsortiumAgreement {
        var full = founding.next
        full.members[0].budget = .unlimited
        full.members[1].joined = 20_000
        full.members[1].departure = .init(day: 20_454, isExpulsion: true, withdrawsLabels: true)
        full.members[2].departure = .init(day: 20_455, isExpulsion: false, withdrawsLabels: false)
        full.members.append(full.members[0])
        full.members[3].id = MemberID("bank-d")!
        full.members[3].identity = Self.identity(23)
        (full.members[3].votes, full.members[3].joined) = (false, 1)
        full.parties[.one]?.address = .init(host: "host.example", port: 1)
        full.purposes = ["a: \"quoted\" # \\ purpose", "fraud-prevention"]
        full.features = 0x0000_0001_0000_0002
        full.trainer = Digest32(of: [[1]])
        full.promotion = Digest32(of: [[2]])
        full.retention = .init(records: 30, rows: 90, counts: 60, audit: 365)
        full.opened = [.reasons]
        full.openings = OpeningLimits(
            histograms: 1, windows: 2, days: 3, apart: 4, reasons: ReasonLimits(daily: 5, members: 6))
        full.approvals = 1
        full.rules[.expel] = ApprovalRule(members: .all, parties: .least(2), operators: .majority, coordinator: true)
        return full
    }

    private func mistake(_ old: String, _ new: String) throws -> String? {
        let text = full().yaml
        #expect(text.contains(old), "\(old) is not in the file")
        return try file.mistake(text.replacingOccurrences(of: old, with: new)) { path in
            _ = try ConsortiumAgreement(file: path)
        }
    }

    @Test("reads back to the same bytes from what it writes, a founding version and one that says everything")
    func readsBack() throws {
        for agreement in [founding, full()] {
            try file.write(agreement.yaml)
            let read = try ConsortiumAgreement(file: file.path)
            #expect(read == agreement && read.bytes == agreement.bytes && read.yaml == agreement.yaml)
        }
        #expect(try ConsortiumAgreement(bytes: full().bytes) == full())
        #expect(full().yaml.contains("left: { day: 2026-01-01, expelled: true, labels: withdrawn }"))
    }

    @Test("has what the roster says for a founding version, and no party's address")
    func foundingVersion() throws {
        var roster = try Self.roster()
        #expect(founding.version == 1 && founding.previous == nil && founding.roster == roster.digest)
        #expect(founding.members.map(\.id) == roster.members.map(\.id) && founding.approvals == 2)
        #expect(founding.rules == ApprovalRule.founding(operators: 2))
        #expect(throws: Never.self) { try founding.check() }
        roster.cell.move(.zero, to: "elsewhere", port: 1)
        #expect(roster.foundingAgreement.digest == founding.digest)
        roster.openings = OpeningLimits(histograms: 1, windows: 256, days: 90, apart: 1000)
        #expect(
            roster.foundingAgreement.digest != founding.digest && !roster.foundingAgreement.opened.contains(.reasons))
        roster.openings = OpeningLimits(
            histograms: 1, windows: 256, days: 90, apart: 1000, reasons: ReasonLimits(daily: 5))
        #expect(roster.foundingAgreement.opened.contains(.reasons))
        #expect(throws: Never.self) { try roster.foundingAgreement.check() }
        roster.countLimit = 1
        roster.openings = .standard
        #expect(roster.foundingAgreement.digest != founding.digest)
    }

    @Test("leaves out what may be left out")
    func defaults() throws {
        let text = founding.yaml.split(separator: "\n").filter { line in
            !["features:", "trainer:", "promotion:", "retention:"].contains { line.hasPrefix($0) }
        }
        try file.write(text.joined(separator: "\n"))
        #expect(try ConsortiumAgreement(file: file.path) == founding)
    }

    @Test("names each mistake with its place")
    func mistakes() throws {
        #expect(
            try mistake("approvals: 1", "approvals: 3")?.hasSuffix("a whole number from 0 to 2 belongs here") == true)
        #expect(try mistake("version: 2", "version: 1")?.contains("its version is 0") == true)
        #expect(try mistake("members: all", "members: some")?.contains("rules.expel.members: `none`") == true)
        #expect(try mistake("members: all", "members: 65")?.contains("rules.expel.members: `none`") == true)
        #expect(try mistake("  leave:", "  lave:")?.contains("unknown key `lave`") == true)
        #expect(
            try mistake("opened: [reasons]", "opened: [scores]")?.contains("opened[0]: one of histograms, replays")
                == true)
        #expect(try mistake("opened: [reasons]", "opened: []")?.contains("openings of reasons") == true)
        #expect(try mistake("\"0000000100000002\"", "\"1\"")?.contains("16 hexadecimal digits") == true)
        #expect(try mistake("\"0000000100000002\"", "\"0000000000000000\"")?.contains("16 hexadecimal") == true)
        #expect(try mistake("trainer: \"", "trainer: \"0")?.contains("trainer: 64 hexadecimal digits") == true)
        #expect(try mistake("trainer: \"", "trainer: \"+")?.contains("trainer: 64 hexadecimal digits") == true)
        #expect(try mistake("rows: 90", "rows: 0")?.contains("retention.rows: a whole number from 1") == true)
        #expect(try mistake("day: 2026-01-01", "day: 2026-02-30")?.contains("a day such as") == true)
        #expect(try mistake("day: 2026-01-01", "day: 1970-01-01")?.contains("a day such as") == true)
        #expect(try mistake("labels: stay", "labels: gone")?.contains("`stay` or `withdrawn`") == true)
        #expect(try mistake(", host: \"host.example\"", "")?.contains("`host` belongs beside it") == true)
        #expect(try mistake("name: bank-c", "name: bank-b")?.contains("bank-b is named twice") == true)
        #expect(try mistake("name: party-2", "name: party-1")?.contains("party-1 is named twice") == true)
        #expect(try mistake("name: bernd", "name: anna")?.contains("anna is named twice") == true)
    }
}
