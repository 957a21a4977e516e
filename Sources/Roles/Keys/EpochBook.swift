package import EventLogs
package import Manifests
package import PipelineFiles
package import Records
import Synchronization

/// What `consortium.agreement` says of epochs of keys, for all stages of a role: read further by whoever finds that it does not
/// know an epoch yet.
package final class EpochBook: Sendable {
    private let topic: Mutex<AgreementTopic>

    package init(_ roster: Roster, log: any EventLog) throws(LogError) {
        let topic = try AgreementTopic(roster, log: log)
        try topic.read()
        self.topic = Mutex(topic)
    }

    /// As far as it was read.
    package var history: EpochHistory { topic.withLock { $0.epochs } }

    /// The agreement that is in effect, as far as it was read.
    package var agreement: ConsortiumAgreement { topic.withLock { $0.history.effective.agreement } }

    /// Reads all that is in the log now.
    @discardableResult
    package func refresh() throws(LogError) -> EpochHistory {
        try topic.withLock { (topic) throws(LogError) -> EpochHistory in
            try topic.read()
            return topic.epochs
        }
    }

    /// An epoch that three parties are ready for, or the roster's; nil where the log has none of this number.
    package func life(_ epoch: KeyEpoch) throws(LogError) -> EpochLife? {
        if let known = history.life(epoch) { return known }
        return try refresh().life(epoch)
    }
}

extension EpochHistory {
    /// Whether a party's certificate with this SHA-256 is in force: of an epoch that is not closed.
    package func accepts(_ certificate: [UInt8], of party: PartyID) -> Bool {
        open.contains { $0.parties[party]?.certificate.bytes == certificate }
    }
}
