package import Audit
package import EventLogs
package import Manifests
package import PipelineFiles
import Records

/// The entries of a role's audit log on each step of every epoch of keys, and on what was refused on `consortium.agreement`: as the
/// role itself reads it. Used by one thread.
package final class EpochAudit {
    private let topic: AgreementTopic
    private let audit: any AuditWriter

    /// Begins with the topic: what a process before has told is in the log once all the same.
    package init(_ roster: Roster, log: any EventLog, to audit: any AuditWriter) throws(LogError) {
        self.audit = audit
        topic = try AgreementTopic(roster, log: log) { message, history in
            if let event = Self.event(message, history.epochs) { audit.write(event) }
        }
    }

    /// Tells of all that came into the log since.
    package func read() throws(LogError) {
        try topic.read()
        for (offset, reason) in topic.takeRefused() { audit.write(Self.refused(offset, reason)) }
    }

    /// What is to be told of a record that counts; nil for what is no step of an epoch.
    ///
    /// - Parameter history: behind the record.
    package static func event(_ message: AgreementMessage, _ history: EpochHistory) -> AuditEvent? {
        var author: [AuditField: String] = [:]
        switch message.author {
        case .party(let party): author[.party] = party.name
        case .member(let member): author[.member] = member.name
        case .coordinator, .operator: break
        }
        func step(
            _ kind: AuditKind, of subject: Digest32?, _ epoch: KeyEpoch, attempt: UInt32? = nil
        ) -> AuditEvent {
            var fields = author
            fields[.epoch] = "\(epoch)"
            fields[.attempt] = attempt.map { "\($0)" }
            return AuditEvent(kind, of: subject, fields)
        }
        switch message.statement {
        case .epochOrder(let order):
            return step(.epochOrdered, of: order.agreement, order.epoch, attempt: order.attempt)
        case .partyOffer(let offer):
            return step(.epochOffered, of: message.digest, offer.epoch, attempt: offer.attempt)
        case .memberOffer(let offer): return step(.epochOffered, of: message.digest, offer.epoch)
        case .epochManifest(let manifest):
            return step(.epochFixed, of: manifest.keys, manifest.epoch, attempt: manifest.attempt)
        case .epochReady(let ready): return step(.epochReady, of: ready.keys, ready.epoch, attempt: ready.attempt)
        case .epochPlaces(let places):
            let kind: AuditKind = places.kind == .activation ? .epochActivated : .epochClosed
            return step(kind, of: history.life(places.epoch)?.keys.digest, places.epoch)
        case .epochErased(let erased):
            return step(.epochErased, of: history.life(erased.epoch)?.keys.digest, erased.epoch)
        case .proposal, .signature: return nil
        }
    }

    /// What is to be told of a record that does not count.
    package static func refused(_ offset: Int64, _ reason: ConsortiumRefusal) -> AuditEvent {
        AuditEvent(
            .refused,
            [
                .object: "statement on keys or the agreement", .reason: "\(reason)", .topic: Topics.agreement,
                .offset: "\(offset)",
            ])
    }
}
