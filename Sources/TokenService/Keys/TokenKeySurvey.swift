import Foundation
package import Keys
package import Manifests
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

    /// Who has taken which step, in the steps' order.
    private struct Said {
        var committed: Set<PartyID> = []
        var shown: Set<PartyID> = []
        var manifests: [PartyID: WireTokenKeyManifest] = [:]
        var complaint: (by: PartyID, of: PartyID)?

        var isComplete: Bool {
            manifests.count == PartyID.allCases.count && Set(manifests.values.map(\.encoded)).count == 1
        }
    }

    private let consortium: String
    private let coordinator: VerifyingKey
    private let channel: KeyRecordChannel
    private var said: [Attempt: Said] = [:]
    private var ordered: [UInt64: UInt32] = [:]

    /// Numbers beyond are forged: a rotation a second for a century comes to less.
    private static let epochs: Range<UInt64> = 1..<1 << 32

    /// - Parameter channel: a reader's.
    package init(consortium: String, coordinator: VerifyingKey, channel: KeyRecordChannel) {
        self.consortium = consortium
        self.coordinator = coordinator
        self.channel = channel
    }

    /// Applies the value of a record of the topic, in the log's order; one that says nothing changes nothing.
    package mutating func apply(_ value: [UInt8]) {
        guard value.count <= KeyRecordChannel.byteLimit, let record = WireTokenKeyRecord(decoding: value) else {
            return
        }
        if record.hasRotation {
            let order = RotationOrder(verifying: record.rotation, consortium: consortium, coordinator: coordinator)
            guard let order else { return }
            ordered[order.epoch] = max(ordered[order.epoch] ?? 0, order.attempt)
        } else if let (party, body) = try? channel.verified(value), body.consortium == consortium,
            Self.epochs.contains(body.tokenEpoch)
        {
            let attempt = Attempt(epoch: body.tokenEpoch, attempt: body.attempt)
            apply(body.step, by: party, &said[attempt, default: Said()])
        }
    }

    private func apply(_ step: WireTokenKeyBody.OneOf_Step?, by party: PartyID, _ said: inout Said) {
        switch step {
        case .commitment: said.committed.insert(party)
        case .dealing, .contribution: said.shown.insert(party)
        case .manifest(let manifest):
            // The first counts.
            if said.manifests[party] == nil { said.manifests[party] = manifest }
        case .complaint(let complaint):
            guard said.complaint == nil, let accused = PartyID(rawValue: Int(complaint.accused)) else { return }
            said.complaint = (party, accused)
        case nil: break
        }
    }

    /// The newest epoch whose key is in force; nil where there is none.
    package var newest: TokenEpoch? { said.filter(\.value.isComplete).map { TokenEpoch($0.key.epoch) }.max() }

    /// The number of the next attempt at an epoch's key.
    package func nextAttempt(at epoch: TokenEpoch) -> UInt32 { (ordered[epoch.number] ?? 0) + 1 }

    /// Whom the others wait for in an attempt: who has not taken the first step that is not everybody's.
    package func missing(epoch: TokenEpoch, attempt: UInt32) -> [PartyID] {
        let said = said[Attempt(epoch: epoch.number, attempt: attempt)] ?? Said()
        for step in [said.committed, said.shown, Set(said.manifests.keys)] {
            let missing = PartyID.allCases.filter { !step.contains($0) }
            if !missing.isEmpty { return missing }
        }
        return []
    }

    /// Who says of whom that it departs from the protocol, which ends an attempt.
    package func complaint(epoch: TokenEpoch, attempt: UInt32) -> (by: PartyID, of: PartyID)? {
        said[Attempt(epoch: epoch.number, attempt: attempt)]?.complaint
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
