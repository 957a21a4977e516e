import Foundation
import Keys
import PipelineFiles
import Records
import Support
import Testing

@Suite("Cards of public keys, and the roster they make")
struct KeyCardTests {
    private static let text = """
        consortium: demo
        epoch: 3
        parties:
          - { name: party-0, host: 10.0.0.1, port: 7300 }
          - { name: party-1, host: 10.0.0.2, port: 7301 }
          - { name: party-2, host: 10.0.0.3, port: 7302 }
        members: [bank-b, bank-a]
        budget: 7000
        operators: [anna]
        approvals: 1

        """

    private static func party(_ id: PartyID, authority: [UInt8]? = nil) -> KeyCard {
        .party(
            id, hpke: HPKEPrivateKey().publicKey, agreement: HPKEPrivateKey().publicKey,
            identity: SigningKey().verifyingKey, certificate: [UInt8](repeating: UInt8(id.rawValue), count: 32),
            authority: authority ?? [0x30, UInt8(id.rawValue)])
    }
    private static func member(_ name: String) throws -> KeyCard {
        .member(
            try #require(MemberID(name)), identity: SigningKey().verifyingKey, hpke: HPKEPrivateKey().publicKey)
    }
    private static func anna() throws -> KeyCard {
        .operator(Roster.Operator(id: try #require(OperatorID("anna")), identity: SigningKey().verifyingKey))
    }
    private static func all() throws -> [KeyCard] {
        try [.coordinator(SigningKey().verifyingKey), anna(), member("bank-a"), member("bank-b")]
            + PartyID.allCases.map { party($0) }
    }

    private let folder: TemporaryFolder
    private let plan: ConsortiumPlan

    init() throws {
        folder = try TemporaryFolder()
        plan = try ConsortiumPlan(file: folder.write(Self.text, to: "consortium.yaml"))
    }

    @Test("a card is read as it was written, and its digest tells every change")
    func readBack() throws {
        for card in try Self.all() {
            let read = try KeyCard(file: folder.write(card.yaml, to: "card.yaml"))
            #expect(read.yaml == card.yaml && read.digest == card.digest && read.identity == card.identity)
        }
        #expect(try Self.member("bank-a").digest != Self.member("bank-a").digest)
    }

    @Test(
        "a card that is none says where and why",
        arguments: [
            ("role: party party-3\n", "party-0, party-1 or party-2 belongs here"),
            ("role: bank bank-a\n", "`party NAME`, `member NAME`, `coordinator` or `operator NAME` belongs here"),
            ("role: coordinator bank-a\n", "`party NAME`, `member NAME`, `coordinator` or `operator NAME`"),
            ("role: member Bank\n", "a member's name belongs behind `member`"),
            ("role: operator consortium\n", "an operator's name belongs behind `operator`"),
            ("role: member bank-a\n", "`hpke` is missing"),
            ("role: coordinator\nhpke: AAAA\n", "unknown key `hpke`"),
        ])
    func malformed(head: String, reason: String) throws {
        let key = Data(SigningKey().verifyingKey.bytes).base64EncodedString()
        let file = try folder.write(head + "identity: \(key)\n", to: "card.yaml")
        let error = #expect(throws: ConfigurationError.self) { try KeyCard(file: file) }
        #expect(error?.reason.contains(reason) == true, "\(String(describing: error))")
    }

    @Test(
        "everybody makes the same roster of the same cards, in whatever order; names, addresses and terms are the plan's"
    )
    func roster() throws {
        let cards = try Self.all()
        let roster = try Roster(plan, cards)
        #expect(try Roster(plan, cards.reversed()).yaml == roster.yaml)
        #expect(roster.members.map(\.id.name) == ["bank-b", "bank-a"] && roster.epoch == 3 && roster.approvals == 1)
        #expect(roster.cell.parties[.one]?.host == "10.0.0.2" && roster.cell.parties[.two]?.port == 7302)
        let identities =
            roster.members.map(\.identity) + roster.operators.map(\.identity) + [roster.coordinator]
            + roster.cell.identities.values
        #expect(Set(identities) == Set(cards.map(\.identity)) && identities.count == cards.count)
        // It is a roster as any other.
        let read = try Roster(file: folder.write(roster.yaml, to: "roster.yaml"))
        #expect(read.digest == roster.digest)
    }

    @Test("what is missing, doubled, of nobody in the plan, or has another's identity is refused by name")
    func refused() throws {
        let cards = try Self.all()
        func error(_ cards: [KeyCard]) -> CardError? {
            do throws(CardError) {
                _ = try Roster(plan, cards)
                return nil
            } catch { return error }
        }
        #expect(
            error([])
                == .missing([
                    "coordinator", "party party-0", "party party-1", "party party-2", "member bank-b", "member bank-a",
                    "operator anna",
                ]))
        #expect(error(Array(cards.dropLast())) == .missing(["party party-2"]))
        #expect(error(cards + [try Self.member("bank-a")]) == .twice("member bank-a"))
        #expect(error(cards + [try Self.member("bank-c")]) == .unknown("member bank-c"))
        let stolen = KeyCard.operator(
            Roster.Operator(id: try #require(OperatorID("anna")), identity: cards[2].identity))
        #expect(
            error(cards.map { $0.role == "operator anna" ? stolen : $0 }) == .sameKey("member bank-a", "operator anna"))
    }

    @Test("authorities are in the parties' order, each once")
    func authorities() {
        let shared = PartyID.allCases.map { Self.party($0, authority: [1, 2, 3]) }
        #expect(shared.authoritiesPEM == certificatePEM([1, 2, 3]))
        let own = [PartyID.two, .zero, .one].map { Self.party($0) }
        #expect(own.authoritiesPEM == [0, 1, 2].map { certificatePEM([0x30, $0]) }.joined())
    }
}
