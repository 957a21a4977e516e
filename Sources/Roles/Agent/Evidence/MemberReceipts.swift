package import Audit
package import EventLogs
import Foundation
import Ingest
package import Keys
package import PipelineFiles
import Policy
import Records

/// A member's receipts: finds one decision in its topics, and what the parties signed for it. Used by one thread.
package struct MemberReceipts {
    private let member: Roster.Member
    private let roster: Roster
    private let keystore: FileKeystore
    private let log: any EventLog

    /// - Parameter keystore: where the member's private keys are, with its session keys of the time.
    package init(_ member: Roster.Member, of roster: Roster, keystore: FileKeystore, log: any EventLog) {
        self.member = member
        self.roster = roster
        self.keystore = keystore
        self.log = log
    }

    /// The receipt of a decision.
    ///
    /// - Parameter name: the member's own id of the transaction, or the decision's.
    /// - Throws: `ReceiptError.noDecision`, `ReceiptMaker.Gap`, `LogError`.
    package func receipt(of name: String) throws -> DecisionReceipt {
        guard let (decision, source) = try decision(named: name) else { throw ReceiptError.noDecision(name) }
        var known: [UInt32: [PartyID: Session]] = [:]
        for epoch in try epochs() {
            known[epoch] = try keystore.sessions(of: member.id, epoch: epoch)?.sessions
        }
        var maker = ReceiptMaker(consortium: roster.consortium, member: member.id, source: source) { known[$1]?[$0] }
        try read(Topics.scores(member.id)) { maker.take(scores: $0) }
        try read(Topics.evidence(member.id)) { maker.take(evidence: $0) }
        return try maker.receipt(of: decision)
    }

    /// The epochs that the member announced sessions for, whoever announced them.
    private func epochs() throws -> Set<UInt32> {
        var epochs: Set = [roster.epoch]
        try read(Topics.sessions) { bytes in
            guard let announcement = WireSessionAnnouncement(decoding: bytes),
                let body = WireSessionBody(decoding: Array(announcement.body)), body.member == member.id.name
            else { return }
            epochs.insert(body.epoch)
        }
        return epochs
    }

    /// The newest decision on a transaction.
    private func decision(named name: String) throws -> (decision: String, source: SourcePosition)? {
        var found: (String, SourcePosition)?
        let quoted = Array("\"\(name)\"".utf8)
        try read(Topics.decisions(member.id)) { bytes in
            // Most are of others, and reading JSON is slow.
            guard bytes.firstRange(of: quoted) != nil,
                let event = try? JSONDecoder().decode(CloudEvent.self, from: Data(bytes)),
                event.data.transaction == name || event.id == name
            else { return }
            found = (String(decoding: bytes, as: UTF8.self), event.data.source.position)
        }
        return found
    }

    private func read(_ topic: String, _ body: ([UInt8]) -> Void) throws {
        for number in 0..<(try log.partitions(of: topic)) {
            let partition = TopicPartition(topic, number)
            let reader = try log.reader(at: [Position(partition, try log.earliest(of: partition))])
            while case let records = try reader.available(limit: 1024), !records.isEmpty {
                for record in records { if let value = record.value { body(value) } }
            }
        }
    }
}

/// Why a member has no receipt to give.
package enum ReceiptError: Error, Sendable, Hashable, CustomStringConvertible {
    case noDecision(String)

    package var description: String {
        switch self {
        case .noDecision(let name): "the topic of decisions has none on a transaction `\(name)`, or has it no more"
        }
    }
}
