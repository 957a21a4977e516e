package import Audit
package import EventLogs
package import Keys
import Manifests
package import PipelineFiles
import Records
import TokenService
package import Tokens

/// The coordinator's order to rotate the token key, and what the parties make of it.
package final class TokenRotation {
    package let epoch: TokenEpoch
    package let attempt: UInt32
    private let reader: any LogReader
    private var survey: TokenKeySurvey

    /// Puts the order into the log: for the epoch after the newest, and its next attempt.
    ///
    /// - Parameters:
    ///   - coordinator: where its private key is.
    ///   - audit: gets an entry of it before it is on the log.
    package init(
        ordering roster: Roster, coordinator: any Keystore, log: any EventLog, audit: any AuditWriter = NoAudit()
    ) throws {
        let key = try coordinator.signingKey()
        guard key.verifyingKey == roster.coordinator else {
            throw RoleError.notTheCoordinator(keys: coordinator.place)
        }
        let topic = TopicPartition(Topics.tokenKeys)
        reader = try log.reader(at: [Position(topic, try log.earliest(of: topic))])
        survey = TokenKeySurvey(
            consortium: roster.consortium, coordinator: roster.coordinator,
            channel: KeyRecordChannel(parties: roster.cell.identities))
        while case let records = try reader.available(limit: 256), !records.isEmpty {
            for record in records { survey.apply(record.value ?? []) }
        }
        guard let newest = survey.newest else {
            throw RoleError.noTokenKey
        }
        epoch = newest.next
        attempt = survey.nextAttempt(at: epoch)
        let order = try RotationOrder.record(
            RotationOrder.make(consortium: roster.consortium, epoch: epoch.number, attempt: attempt, coordinator: key))
        audit.write(AuditEvent(.rotationOrdered, [.epoch: "\(epoch.number)", .attempt: "\(attempt)"]))
        try log.append([NewRecord(topic, key: order.key, value: order.value)])
    }

    /// Waits until the new key is in force.
    ///
    /// - Returns: why it is not by `deadline`, or will not be; nil where it is.
    package func wait(until deadline: ContinuousClock.Instant) throws -> String? {
        while survey.newest != epoch, survey.complaint(epoch: epoch, attempt: attempt) == nil, .now < deadline {
            for record in try reader.next(limit: 256, timeout: .milliseconds(200)) { survey.apply(record.value ?? []) }
        }
        return survey.newest == epoch ? nil : reason
    }

    private var reason: String {
        if let (party, accused) = survey.complaint(epoch: epoch, attempt: attempt) {
            return "\(party.name) says that \(accused.name) departs from the protocol; the parties' logs say more"
        }
        let missing = survey.missing(epoch: epoch, attempt: attempt)
        guard !missing.isEmpty else { return "the parties found different keys; their logs say whom they name" }
        return "the others wait for " + missing.map(\.name).joined(separator: ", ")
    }
}
