import Foundation
package import Keys
package import Records
package import Tokens

/// What `consortium.tokenkeys` says to the coordinator, which orders rotations and has no part in them.
///
/// There is no tag for it on parties' records, so it believes what stands there. That decides which number it orders,
/// and what it tells its operator: an order with a wrong number is passed over by the parties.
package struct TokenKeySurvey {
    private struct Attempt: Hashable {
        var epoch: UInt64
        var attempt: UInt32
    }

    private let consortium: String
    private let coordinator: VerifyingKey
    private var manifests: [Attempt: [PartyID: WireTokenKeyManifest]] = [:]
    private var ordered: [UInt64: UInt32] = [:]

    /// Numbers beyond are forged: a rotation a second for a century comes to less.
    private static let epochs: Range<UInt64> = 1..<1 << 32

    package init(consortium: String, coordinator: VerifyingKey) {
        self.consortium = consortium
        self.coordinator = coordinator
    }

    package mutating func take(_ value: [UInt8]) {
        guard value.count <= KeyRecordChannel.byteLimit, let record = WireTokenKeyRecord(decoding: value) else {
            return
        }
        if record.hasRotation {
            let order = RotationOrder(verifying: record.rotation, consortium: consortium, coordinator: coordinator)
            guard let order else { return }
            ordered[order.epoch] = max(ordered[order.epoch] ?? 0, order.attempt)
        } else if let body = WireTokenKeyBody(decoding: Array(record.body)), body.schema == 1,
            body.consortium == consortium, Self.epochs.contains(body.tokenEpoch),
            let party = PartyID(rawValue: Int(body.party)), case .manifest(let manifest) = body.step
        {
            let attempt = Attempt(epoch: body.tokenEpoch, attempt: body.attempt)
            guard manifests[attempt]?[party] == nil else { return }
            manifests[attempt, default: [:]][party] = manifest
        }
    }

    /// The newest epoch whose key is in force; nil where there is none.
    package var newest: TokenEpoch? {
        manifests.filter { $0.value.count == PartyID.allCases.count && Set($0.value.values.map(\.encoded)).count == 1 }
            .map { TokenEpoch($0.key.epoch) }.max()
    }

    /// The number of the next attempt at an epoch's key.
    package func nextAttempt(at epoch: TokenEpoch) -> UInt32 { (ordered[epoch.number] ?? 0) + 1 }

    /// Who has not said which key it found in an attempt.
    package func missing(epoch: TokenEpoch, attempt: UInt32) -> [PartyID] {
        let found = manifests[Attempt(epoch: epoch.number, attempt: attempt)] ?? [:]
        return PartyID.allCases.filter { found[$0] == nil }
    }
}

extension RotationOrder {
    /// The record of an order, and the key by which compaction keeps it.
    package static func record(_ order: WireTokenRotationOrder) -> (key: [UInt8], value: [UInt8]) {
        var record = WireTokenKeyRecord()
        record.rotation = order
        return (Array("\(order.tokenEpoch)/\(order.attempt)/order".utf8), record.encoded)
    }
}
