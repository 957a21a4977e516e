import Foundation
import Keys
import Manifests
import Records

/// Orders to compute a decision again and answers to them, signed by the people of `SyncKeys`.
enum ReplaySamples {
    static let member = SyncKeys.members[0]
    static let auditor = HPKEPrivateKey()
    static let operators = SyncKeys.operators.prefix(2).map { SyncAuthor.operator($0) }
    /// Whose signatures an order needs where two operators approve.
    static let signers = [.coordinator, .member(member)] + operators

    static func order(_ offset: Int64 = 44, consortium: String = "demo") -> ReplayOrder {
        ReplayOrder(
            consortium: consortium, member: member, partition: 1, offset: offset,
            event: EventID([UInt8](repeating: 5, count: 16))!, agreed: digest(1), model: digest(2),
            auditor: auditor.publicKey, expires: 1_900_000_000)
    }

    static func record(_ order: ReplayOrder, by authors: [SyncAuthor] = signers) -> [UInt8] {
        var wire = WireReplayRecord()
        wire.order.body = .init(order.body)
        wire.order.signatures = authors.map { try! order.signature(by: $0, key: SyncKeys.key($0)) }
        return wire.encoded
    }

    /// - Parameter author: who signs in the party's place.
    static func record(
        _ word: ReplayAnswer.Word, by party: PartyID, to order: Digest32, key author: SyncAuthor? = nil
    ) -> [UInt8] {
        var wire = WireReplayRecord()
        wire.answer = try! ReplayAnswer(party: party, order: order, word: word).signed(
            consortium: "demo", key: SyncKeys.key(author ?? .party(party)))
        return wire.encoded
    }
}
