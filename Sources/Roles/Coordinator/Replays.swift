package import Audit
package import EventLogs
import Foundation
package import Keys
package import Manifests
package import PipelineFiles
package import Records

/// Decisions that the three parties are to compute again for an auditor, as the coordinator orders them and the auditor reads them
/// off the log.
package struct Replays {
    private let roster: Roster
    private let log: any EventLog

    package init(_ roster: Roster, log: any EventLog) {
        self.roster = roster
        self.log = log
    }

    /// The order to compute a receipt's decision again: of the record of `consortium.sealed` that the receipt names.
    ///
    /// - Parameters:
    ///   - auditor: the key that the parties seal their answers to.
    ///   - expires: seconds since 1970.
    package func order(of receipt: DecisionReceipt, to auditor: HPKEPublicKey, expires: Int64) throws -> ReplayOrder {
        guard let model = Digest32(receipt.model), let agreed = Digest32(receipt.agreed) else {
            throw ReceiptFault.notAReceipt
        }
        let (partition, offset) = (receipt.sealed.partition, receipt.sealed.offset)
        guard try (0..<log.partitions(of: Topics.sealed)).contains(partition),
            case let place = TopicPartition(Topics.sealed, partition),
            try (log.earliest(of: place)..<log.end(of: place)).contains(offset),
            let record = try log.reader(at: [Position(place, offset)]).available(limit: 1).first,
            record.position.offset == offset, let value = record.value, let sealed = SealedTransaction(value),
            let event = sealed.header.event, let member = sealed.header.member,
            Data(ScoreStatement.digest(ofRecord: value).bytes) == receipt.record
        else { throw ReplayFault.recordGone }
        return ReplayOrder(
            consortium: roster.consortium, member: member, partition: partition, offset: offset, event: event,
            agreed: agreed, model: model, auditor: auditor, expires: expires)
    }

    /// Puts a signed order on `consortium.replays`.
    ///
    /// - Throws: `ReplayRefusal` where it would count for nothing there.
    package func send(_ order: WireReplayOrder) throws {
        let terms = try changes.last?.terms ?? roster.syncTerms
        _ = try ReplayOrder(verifying: order, terms: terms)
        var record = WireReplayRecord()
        record.order = order
        try log.append([NewRecord(TopicPartition(Topics.replays), value: record.encoded)])
    }

    /// The score that the three parties have computed again, which is the receipt's.
    ///
    /// - Parameter key: the auditor's.
    /// - Throws: `ReceiptFault` for a receipt that shows nothing; `ReplayFault`.
    package func score(
        of order: ReplayOrder, decidedIn receipt: DecisionReceipt, key: borrowing HPKEPrivateKey
    ) throws -> VerifiedReceipt.Score {
        let terms = roster.syncTerms
        let verifier = ReceiptVerifier(consortium: terms.consortium) { terms.key(of: $0) }
        let decided = try verifier.verify(receipt).score
        guard receipt.sealed.offset == order.offset, receipt.sealed.partition == order.partition,
            receipt.member == order.member.name, receipt.agreed == Data(order.agreed.bytes),
            receipt.model == Data(order.model.bytes)
        else { throw ReplayFault.otherTransaction }
        guard let job = try history.job(order.digest) else { throw ReplayFault.notOrdered }
        // Where one refuses nobody learns anything, whether the others have answered or not.
        for party in PartyID.allCases {
            if case .refused(let code)? = job.answers[party] { throw ReplayFault.refused(party, code) }
        }
        var shares: [[UInt8]] = []
        for party in PartyID.allCases {
            guard let word = job.answers[party] else { throw ReplayFault.unanswered(party) }
            let answer = ReplayAnswer(party: party, order: order.digest, word: word)
            guard let share = try? answer.open(key) else { throw ReplayFault.sealedToOther(party) }
            shares.append(share)
        }
        let again = try VerifiedReceipt.Score(shares, ringBits: receipt.ringBits, steps: receipt.steps)
        guard again == decided else { throw ReplayFault.otherScore(again, decided: decided) }
        return again
    }

    /// Terms that versions of the agreement have brought.
    private var changes: [SyncTermsChange] {
        get throws { roster.termsChanges(try AgreementSeat(roster, log: log).history) }
    }

    private var history: ReplayHistory {
        get throws {
            var history = ReplayHistory(roster.syncTerms)
            history.adopt(try changes)
            let topic = TopicPartition(Topics.replays)
            let reader = try log.reader(at: [Position(topic, log.earliest(of: topic))])
            while case let records = try reader.available(limit: 256), !records.isEmpty {
                // What counts for nothing changes nothing.
                for record in records { try? history.apply(record.value ?? [], time: record.timestamp / 1_000_000) }
            }
            return history
        }
    }
}

extension WireReplayOrder {
    /// The order with its first signature, the coordinator's.
    package init(_ order: ReplayOrder, coordinator key: borrowing SigningKey) throws(SigningError) {
        self.init()
        body = Data(order.body)
        signatures = [try order.signature(by: .coordinator, key: key)]
    }

    /// Adds somebody's signature, in the place of one that is there already.
    package mutating func sign(_ order: ReplayOrder, by author: SyncAuthor, key: borrowing SigningKey)
        throws(SigningError)
    {
        let signature = try order.signature(by: author, key: key)
        signatures.removeAll { $0.author == signature.author }
        signatures.append(signature)
    }
}

/// Why a decision is not ordered to be computed again, or shows nothing.
package enum ReplayFault: Error, Sendable, Hashable {
    /// The log has another record where the receipt says, or none any more.
    case recordGone
    case otherTransaction
    /// The order is not on the log, or counts for nothing there.
    case notOrdered
    case unanswered(PartyID)
    case refused(PartyID, ReplayCode)
    /// The answer does not open by the auditor's key.
    case sealedToOther(PartyID)
    case otherScore(VerifiedReceipt.Score, decided: VerifiedReceipt.Score)
}

extension ReplayFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .recordGone: "the log has not the record that the receipt names, or has it no more"
        case .otherTransaction: "the receipt is of another decision than the order"
        case .notOrdered: "the order is not on the log, or counts for nothing there"
        case .unanswered(let party): "\(party) has not answered yet"
        case .refused(let party, let code): "\(party) refused (\(code.rawValue)): \(code)"
        case .sealedToOther(let party): "\(party)'s answer is none, or sealed to another key than this one"
        case .otherScore(let again, let decided):
            "the parties computed another score now than was decided on: \(again), not \(decided)"
        }
    }
}
