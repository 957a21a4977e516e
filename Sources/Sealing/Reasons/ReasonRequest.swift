import Foundation
package import Keys
package import Records
package import ThreeParty

/// A member's question what features added to the scores of some of its transactions: a choice of them in shares, one box a party.
/// It has as many choices as any other, whether the member wants to know of all or of none; so nobody learns from it of which
/// transactions, or of how many.
package struct ReasonRequest: Sendable {
    /// Choices of every request.
    package static let choices = 8
    /// The most transactions to choose among.
    package static let mostRows = 1 << 16

    package let member: MemberID
    package let sessionEpoch: UInt32
    package let session: [UInt8]
    /// Of `consortium.sealed`.
    package let partition: Int
    /// Offsets there: of batches that are in it whole.
    package let range: Range<Int64>
    /// The member's transactions that these batches scored, which are chosen among in the order of the batches.
    package let rows: Int
    /// The model that scored them.
    package let model: Digest32
    /// Grows with every request of the member, so that none counts twice.
    package let order: UInt64
    /// Of the record: what an answer names.
    package let digest: Digest32
    private let header: [UInt8]
    private let boxes: [[UInt8]]

    /// Reads a record; nil where it is none.
    package init?(decoding bytes: [UInt8]) {
        guard let wire = WireReasonRequest(decoding: bytes), wire.boxes.count == PartyID.allCases.count,
            let header = WireReasonRequestHeader(decoding: Array(wire.header)), header.schema == 1,
            let member = MemberID(header.member), header.session.count == 16, header.first >= 0,
            header.first < header.end, let model = Digest32(Array(header.model)),
            (1...UInt32(Self.mostRows)).contains(header.rows)
        else { return nil }
        self.member = member
        sessionEpoch = header.sessionEpoch
        session = Array(header.session)
        partition = Int(header.partition)
        range = header.first..<header.end
        rows = Int(header.rows)
        self.model = model
        order = header.order
        digest = Digest32(of: [Array("cordon/reasons/request/v1".utf8), bytes])
        self.header = Array(wire.header)
        boxes = wire.boxes.map { Array($0) }
    }

    /// A record.
    ///
    /// - Parameters:
    ///   - chosen: numbers of transactions among `rows`, at most `choices`.
    ///   - sessions: the member's with the three parties in an epoch.
    ///   - random: fresh random bytes, as many as asked for.
    package static func sealed(
        member: MemberID, partition: Int, range: Range<Int64>, rows: Int, model: Digest32, order: UInt64, chosen: [Int],
        epoch: UInt32, sessions: [PartyID: Session], random: @escaping (Int) -> [UInt8]
    ) -> [UInt8] {
        precondition(chosen.count <= choices && chosen.allSatisfy { (0..<rows).contains($0) })
        var header = WireReasonRequestHeader()
        header.schema = 1
        header.member = member.name
        header.sessionEpoch = epoch
        header.session = Data(sessions.id.bytes)
        header.partition = UInt32(partition)
        (header.first, header.end) = (range.lowerBound, range.upperBound)
        header.rows = UInt32(rows)
        header.model = Data(model.bytes)
        header.order = order
        let width = (rows + 7) / 8
        var bits = [UInt8](repeating: 0, count: choices * width)
        for (at, row) in chosen.enumerated() { bits[at * width + row / 8] |= 1 << UInt8(row % 8) }
        // Seeds serve once, so their streams may begin anywhere.
        let shared = SeededComponents(
            bits, group: .xor,
            seeds: (random(SeededComponents.seedBytes), random(SeededComponents.seedBytes)), from: 0)
        var wire = WireReasonRequest()
        let headerBytes = header.encoded
        wire.header = Data(headerBytes)
        for party in PartyID.allCases {
            guard let session = sessions[party] else { preconditionFailure("a member has a session with each party") }
            let parts = shared.parts(for: party)
            var box: [UInt8] = []
            BoxSealer(session.choiceBoxes, random: random).seal(
                parts.first + parts.second, fresh: random(BoxSealer.freshBytes)[...],
                associated: boxAssociatedData(header: headerBytes, party: party), onto: &box)
            wire.boxes.append(Data(box))
        }
        return wire.encoded
    }

    /// A party's components of the choices, a bit a transaction each; nil where its box does not open, or holds something else.
    package func choices(for party: PartyID, _ session: Session) -> [BitShares]? {
        guard session.id.bytes == self.session,
            let plaintext = try? SealedBox.open(
                boxes[party.rawValue], under: session.choiceBoxes,
                associated: boxAssociatedData(header: header, party: party))
        else { return nil }
        let width = (rows + 7) / 8
        let bytes = Self.choices * width
        // Components 0 and 1 are seeds.
        let split = party == .two ? bytes : SeededComponents.seedBytes
        guard plaintext.count >= split,
            let first = SeededComponents.expand(
                Array(plaintext[..<split]), component: party.rawValue, from: 0, bytes: bytes),
            let second = SeededComponents.expand(
                Array(plaintext[split...]), component: party.next.rawValue, from: 0, bytes: bytes)
        else { return nil }
        return (0..<Self.choices).map { choice in
            let part = choice * width..<(choice + 1) * width
            return BitShares(first: Array(first[part]), second: Array(second[part]))
        }
    }
}
