import Foundation
import Keys
import Manifests
import Records
import Testing

@Suite("A version of the agreement")
struct ConsortiumAgreementTests {
    private func full() -> ConsortiumAgreement {
        var agreement = Agreed.next(Agreed.founding()) {
            $0.members[1].departure = Agreed.departure(expelled: true, withdraws: true)
            $0.members.append(Agreed.entry("bank-d", joined: 20_001))
            $0.members[3].votes = false
            $0.members[3].budget = .unlimited
            $0.parties[.two]?.address = .init(host: "host.example", port: 65_535)
            $0.purposes = ["audits", "fraud-prevention"]
            $0.features = 0xFEDC_BA98_7654_3210
            $0.trainer = Digest32(of: [[2]])
            $0.promotion = Digest32(of: [[3]])
            $0.retention = .init(records: 30, rows: 90, counts: 36_500, audit: 1)
            $0.opened = [.trainings, .reasons]
            $0.openings = OpeningLimits(
                histograms: 1, windows: 2, days: 3, apart: 4, reasons: ReasonLimits(daily: 5, members: 6))
            $0.approvals = 2
        }
        agreement.rules[.expel] = ApprovalRule(
            members: .all, parties: .least(1), operators: .majority, coordinator: true)
        return agreement
    }

    private func mistake(_ agreement: ConsortiumAgreement) -> AgreementDefect? {
        do throws(AgreementDefect) { try agreement.check() } catch { return error }
        return nil
    }

    private func mistake(_ change: (inout ConsortiumAgreement) -> Void) -> AgreementDefect? {
        mistake(Agreed.next(Agreed.founding(), change))
    }

    @Test("is read back from its bytes, with all that it says")
    func bytes() throws {
        let founding = Agreed.founding()
        #expect(try ConsortiumAgreement(bytes: founding.bytes) == founding)
        let full = full()
        let read = try ConsortiumAgreement(bytes: full.bytes)
        #expect(read == full && read.digest == full.digest && read.bytes == full.bytes)
        #expect(full.previous == founding.digest && full.version == 2)
    }

    @Test("has a digest of everything that it says")
    func digests() {
        var digests: Set<Digest32> = [Agreed.founding().digest]
        let changes: [(inout ConsortiumAgreement) -> Void] = [
            { $0.consortium = "other" }, { $0.version = 2 }, { $0.previous = .zero }, { $0.roster = .zero },
            { $0.coordinator = Agreed.identity(.coordinator, copy: 1) }, { $0.members.swapAt(0, 1) },
            { $0.members[0].identity = Agreed.identity(.coordinator) }, { $0.members[0].hpke = Agreed.hpke(10) },
            { $0.members[0].budget = .daily(1001) }, { $0.members[0].budget = .unlimited },
            { $0.members[0].votes = false }, { $0.members[0].joined = 1 },
            { $0.members[0].departure = Agreed.departure() },
            { $0.members[0].departure = Agreed.departure(day: 20_001) },
            { $0.members[0].departure = Agreed.departure(expelled: true) },
            { $0.members[0].departure = Agreed.departure(withdraws: true) }, { $0.members.removeLast() },
            { $0.parties[.one]?.identity = Agreed.identity(.coordinator) },
            { $0.parties[.one]?.address = .init(host: "a", port: 1) },
            { $0.parties[.one]?.address = .init(host: "a", port: 2) },
            { $0.operators[Agreed.operatorID("carla")] = Agreed.identity(.coordinator) },
            { $0.purposes = ["fraud-preventions"] }, { $0.features = 1 }, { $0.trainer = .zero },
            { $0.promotion = .zero }, { $0.retention.records = 1 }, { $0.retention.rows = 1 },
            { $0.retention.counts = 1 }, { $0.retention.audit = 1 }, { $0.opened = [] },
            { $0.openings = OpeningLimits(histograms: 9, windows: 256, days: 90, apart: 1000) },
            { $0.approvals = 2 }, { $0.rules[.terms]?.coordinator = true }, { $0.rules[.terms]?.members = .majority },
            { $0.rules[.terms]?.members = .least(1) }, { $0.rules[.terms]?.parties = .least(1) },
            { $0.rules[.rules]?.operators = .all },
        ]
        for (place, change) in changes.enumerated() {
            var agreement = Agreed.founding()
            change(&agreement)
            #expect(digests.insert(agreement.digest).inserted, "change \(place) has the digest of another")
        }
    }

    @Test("has one encoding: another order, an unknown field and what is doubled are none")
    func canonical() throws {
        let bytes = full().bytes
        var wire = try #require(WireConsortiumAgreement(decoding: bytes))
        func refused(_ change: (inout WireConsortiumAgreement) -> Void) -> AgreementDefect? {
            var wire = wire
            change(&wire)
            do throws(AgreementDefect) { _ = try ConsortiumAgreement(bytes: wire.encoded) } catch { return error }
            return nil
        }
        #expect(refused { _ in } == nil)
        let changes: [(inout WireConsortiumAgreement) -> Void] = [
            { $0.schema = 2 }, { $0.parties.swapAt(0, 1) }, { $0.operators.swapAt(0, 1) }, { $0.rules.swapAt(0, 1) },
            { ($0.openings.reasons, $0.openings.opened) = (0, []) }, { $0.openings.opened.append("something") },
            { $0.openings.opened += $0.openings.opened },
            { $0.parties.append($0.parties[2]) }, { $0.operators.append($0.operators[1]) },
            { $0.rules.append($0.rules[0]) }, { $0.parties.removeLast() }, { $0.parties[0].name = "party-3" },
            { $0.operators[0].name = "Anna" }, { $0.operators[0].identity.removeLast() },
            { $0.coordinator = Data(repeating: 0, count: 32) }, { $0.members[0].hpke = Data(count: 32) },
            { $0.members[0].name = "consortium" }, { $0.previous.removeLast() }, { $0.roster = Data() },
            { $0.rules[0].members = "some" }, { $0.rules[0].members = "01" }, { $0.rules[0].members = "65" },
            { $0.rules[0].members = "0" }, { $0.rules[0].matter = "war" }, { $0.members[0].budget = 1 << 48 },
            { $0.parties[0].port = 1 },
        ]
        for (place, change) in changes.enumerated() {
            #expect(refused(change) == .encoding, "change \(place)")
        }
        let more = bytes + [0xF8, 0x07, 0x01]
        #expect(WireConsortiumAgreement(decoding: more) != nil)
        #expect(throws: AgreementDefect.encoding) { try ConsortiumAgreement(bytes: more) }
        #expect(throws: AgreementDefect.encoding) { try ConsortiumAgreement(bytes: Array(bytes.dropLast())) }
        wire.purposes = [String(repeating: "a", count: ConsortiumAgreement.mostBytes)]
        #expect(throws: AgreementDefect.encoding) { try ConsortiumAgreement(bytes: wire.encoded) }
    }

    @Test("each mistake is told by its name, at its edge")
    func mistakes() {
        #expect(mistake(Agreed.founding()) == nil && mistake(full()) == nil)
        #expect(mistake { $0.version = 0 } == .version && mistake { $0.version = 1 } == .version)
        #expect(mistake { $0.previous = nil } == .version)
        #expect(mistake { $0.consortium = "" } == .text("consortium"))
        let most = (3..<64).map { Agreed.entry("m\($0)", joined: 1) }
        #expect(mistake { $0.members += most } == nil)
        #expect(mistake { $0.members += most + [Agreed.entry("z", joined: 1)] } == .members)
        #expect(
            mistake { for place in $0.members.indices { $0.members[place].departure = Agreed.departure() } } == .members
        )
        #expect(mistake { $0.members.append($0.members[0]) } == .namedTwice("bank-a"))
        let last = 2_932_896
        #expect(mistake { $0.members[0].joined = last } == nil)
        for day in [-1, 0, last + 1] {
            #expect(mistake { $0.members[0].joined = day } == .day(Agreed.member("bank-a")))
        }
        #expect(mistake { ($0.members[0].joined, $0.members[0].departure) = (20_000, Agreed.departure()) } == nil)
        #expect(
            mistake { ($0.members[0].joined, $0.members[0].departure) = (20_001, Agreed.departure()) }
                == .day(Agreed.member("bank-a")))
        #expect(mistake { $0.members[0].budget = .daily(0) } == .number("budget of bank-a"))
        for (host, port) in [("", 1), ("a b", 1), ("\u{E4}", 1), ("a", 0), ("a", 65_536)] {
            #expect(mistake { $0.parties[.one]?.address = .init(host: host, port: port) } == .address(.one))
        }
        #expect(
            mistake { $0.purposes = [] } == .text("purposes") && mistake { $0.purposes = [""] } == .text("purposes"))
        #expect(mistake { $0.purposes = ["b", "a"] } == .text("purposes"))
        #expect(mistake { $0.purposes = ["a", "a"] } == .text("purposes"))
        #expect(mistake { $0.purposes = ["a\n"] } == .text("purposes"))
        #expect(mistake { $0.retention.audit = 0 } == .number("retention of audit"))
        #expect(mistake { $0.retention.rows = 36_501 } == .number("retention of rows"))
        #expect(mistake { $0.features = 0 } == .number("features"))
        #expect(
            mistake { $0.openings = OpeningLimits(histograms: 0, windows: 1, days: 1, apart: 1) } == .number("openings")
        )
        func reasons(_ daily: Int, _ members: Int, opened: Bool = true) -> AgreementDefect? {
            mistake {
                if opened { $0.opened.insert(.reasons) }
                $0.openings = OpeningLimits(
                    histograms: 1, windows: 1, days: 1, apart: 1, reasons: ReasonLimits(daily: daily, members: members))
            }
        }
        #expect(reasons(1, 1) == nil && reasons(10_000_000, 64) == nil)
        for defect in [
            reasons(0, 1), reasons(10_000_001, 1), reasons(1, 0), reasons(1, 65), reasons(1, 1, opened: false),
            mistake { $0.opened.insert(.reasons) },
        ] { #expect(defect == .number("openings of reasons")) }
        #expect(mistake { $0.approvals = 2 } == nil && mistake { $0.approvals = 3 } == .approvals)
        #expect(mistake { $0.approvals = -1 } == .approvals)
    }

    @Test("has no two of one identity after the founding version; one that left may come back under another name")
    func identities() {
        let (a, anna) = (Agreed.author("member/bank-a"), Agreed.author("operator/anna"))
        var twice = Agreed.founding()
        twice.members[0].identity = Agreed.identity(anna)
        #expect(mistake(twice) == nil)
        #expect(mistake { $0.members[0].identity = Agreed.identity(anna) } == .sameIdentity(a, anna))
        #expect(mistake { $0.coordinator = Agreed.identity(.party(.one)) } == .sameIdentity(.coordinator, .party(.one)))
        #expect(
            mistake {
                $0.members[0].departure = Agreed.departure()
                $0.members.append(Agreed.entry("bank-aa", joined: 1))
                $0.members[3].identity = $0.members[0].identity
            } == nil)
    }

    @Test("has a rule for every matter, which asks for somebody")
    func rules() {
        for matter in AgreementMatter.allCases {
            #expect(mistake { $0.rules[matter] = nil } == .rule(matter))
            #expect(mistake { $0.rules[matter] = ApprovalRule() } == (matter == .leave ? nil : .rule(matter)))
            #expect(mistake { $0.rules[matter] = ApprovalRule(coordinator: true) } == nil)
        }
        let nobody: (inout ConsortiumAgreement) -> Void = {
            ($0.operators, $0.approvals) = ([:], 0)
            $0.rules = ApprovalRule.founding(operators: 0)
        }
        for quorum in [ApprovalQuorum.all, .majority, .least(1)] {
            #expect(
                mistake {
                    nobody(&$0)
                    $0.rules[.terms] = ApprovalRule(operators: quorum)
                } == .rule(.terms))
        }
        #expect(
            mistake {
                nobody(&$0)
                $0.rules[.terms] = ApprovalRule(members: .majority, operators: .majority)
            } == .rule(.terms))
    }

    @Test("knows who takes part, by which key")
    func people() {
        let agreement = full()
        #expect(agreement.voters.map(\.name) == ["bank-a", "bank-c"])
        #expect(agreement.identity(of: Agreed.author("member/bank-b")) == nil)
        #expect(
            agreement.authors.map(\.description) == [
                "coordinator", "member/bank-a", "member/bank-c", "member/bank-d", "operator/anna", "operator/bernd",
                "party/party-0", "party/party-1", "party/party-2",
            ])
        for author in agreement.authors { #expect(agreement.identity(of: author) == Agreed.identity(author)) }
    }

    @Test("a majority is more than half, and a number no more than there are")
    func quorums() {
        for size in 0...9 {
            #expect(ApprovalQuorum.majority.count(of: size) * 2 > size)
            #expect((ApprovalQuorum.majority.count(of: size) - 1) * 2 <= size)
            #expect(ApprovalQuorum.all.count(of: size) == size && ApprovalQuorum.none.count(of: size) == 0)
            #expect(ApprovalQuorum.least(4).count(of: size) == min(4, size))
        }
        for quorum in [ApprovalQuorum.none, .majority, .all, .least(1), .least(64)] {
            #expect(ApprovalQuorum(quorum.description) == quorum)
        }
    }
}
