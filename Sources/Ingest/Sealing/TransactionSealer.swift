import Crypto
import Foundation
package import Keys
package import Model
package import Records
package import ThreeParty

/// What makes the record for `consortium.sealed` of a transaction and its features.
package protocol TransactionSealing: AnyObject {
    func eventID(_ transaction: String) -> EventID

    func seal(
        _ transaction: Transaction, event: EventID, features: [Double], source: SourcePosition
    ) -> [UInt8]
}

/// Quantises features, shares their thermometer bits and seals one box a party.
package final class TransactionSealer: TransactionSealing {
    private let member: MemberID
    private let epoch: UInt32
    private let sessions: [PartyID: Session]
    private let spec: BinnedSpec
    private let idKey: SecretKey
    private let random: @Sendable (Int) -> [UInt8]

    /// - Parameters:
    ///   - idKey: turns transaction ids into event ids; the member's alone.
    ///   - random: fresh random bytes, as many as asked for.
    package init(
        member: MemberID, epoch: UInt32, sessions: [PartyID: Session], spec: BinnedSpec, idKey: consuming SecretKey,
        random: @escaping @Sendable (Int) -> [UInt8]
    ) {
        self.member = member
        self.epoch = epoch
        self.sessions = sessions
        self.spec = spec
        self.idKey = idKey
        self.random = random
    }

    package func eventID(_ transaction: String) -> EventID {
        let code = idKey.lend { key in
            HMAC<SHA256>.authenticationCode(for: Array(transaction.utf8), using: key)
        }
        return EventID(Array(code.prefix(16)))!
    }

    /// The record for `consortium.sealed`.
    package func seal(
        _ transaction: Transaction, event: EventID, features: [Double], source: SourcePosition
    ) -> [UInt8] {
        let bits = spec.thermometer(spec.bins(features))
        // One call of the system's generator for two seeds and three nonces.
        var bytes = random(2 * SeededComponents.seedBytes + 3 * SealedBox.nonceBytes)[...]
        func fresh(_ count: Int) -> [UInt8] {
            defer { bytes = bytes.dropFirst(count) }
            return Array(bytes.prefix(count))
        }
        let sharing = SeededComponents(
            bits, group: .xor, seeds: (fresh(SeededComponents.seedBytes), fresh(SeededComponents.seedBytes)))
        let headerBytes = header(transaction, event: event, source: source)
        var sealed = WireSealedTransaction()
        sealed.header = Data(headerBytes)
        for party in PartyID.allCases {
            guard let session = sessions[party] else { preconditionFailure("a member has a session with each party") }
            let parts = sharing.parts(for: party)
            var box = WireShareBox()
            box.first = Data(parts.first)
            box.second = Data(parts.second)
            sealed.boxes.append(
                Data(
                    SealedBox.seal(
                        box.encoded, nonce: fresh(SealedBox.nonceBytes), under: session.up,
                        associated: boxAssociatedData(header: headerBytes, party: party))))
        }
        var record = WireSealedRecord()
        record.transaction = sealed
        return record.encoded
    }

    /// What everybody may read of a transaction, encoded.
    package func header(_ transaction: Transaction, event: EventID, source: SourcePosition) -> [UInt8] {
        var header = WireSealedHeader()
        header.schema = 1
        header.member = member.name
        header.eventID = Data(event.bytes)
        header.eventTime = transaction.time.seconds
        header.source = source.wire
        header.sessionEpoch = epoch
        header.featureSpec = spec.id
        return header.encoded
    }
}
