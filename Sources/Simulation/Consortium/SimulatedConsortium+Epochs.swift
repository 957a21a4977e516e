import EventLogs
package import Keys
package import Manifests
import Model
import PipelineFiles
package import Records
import Roles
package import SecureScoring

// What tests of epochs of keys do with a consortium, and look at.
extension SimulatedConsortium {
    /// A party's keys as they are now.
    package func keystore(of party: PartyID) -> FileKeystore { keys.of(party.name) }

    /// A party's own store of its shares.
    package func shares(of party: PartyID) throws -> ShareStore {
        ShareStore(try machine(of: .party(party.rawValue)).open(".shares", takingOver: false))
    }

    /// What the log says of epochs of keys now; nil where it can't be read.
    package var epochs: EpochHistory? { conductor.history }

    /// What is wrong with what there is until now, in words.
    package var findings: [String] { Oracle.findings(in: self) }

    /// Deals the model again, under the newest keys, without putting it in force.
    package func dealAgain(as version: String) throws -> Digest32 {
        let same = terms.model
        let model = try ClearModel(
            version: version, binned: same.binned, forest: same.forest, calibration: same.calibration, card: same.card)
        return try Roles.deal(
            model, roster: terms.roster, coordinator: keys.of("coordinator"), log: coordinatorLog, activates: false)
    }

    /// Puts a model in force that was dealt.
    ///
    /// - Parameter sequence: above that of the one before.
    package func activate(_ model: Digest32, version: String, sequence: UInt64) throws {
        try activateModel(
            model, version: version, sequence: sequence, roster: terms.roster,
            key: keys.of("coordinator").signingKey(), log: coordinatorLog)
    }

    // MARK: The next feature spec

    /// Has the parties collect rows of a spec that a model was dealt for.
    func announce(_ spec: BinnedSpec, sequence: UInt64) throws {
        let form = try manifests().first { $0.featureSpec == spec.id }
        var record = WireSealedRecord()
        record.specAnnouncement = try SpecAnnouncement.make(
            form?.nextSpec, sequence: sequence, consortium: terms.roster.consortium, partition: 0,
            coordinator: keys.of("coordinator").signingKey())
        try coordinatorLog.append([NewRecord(TopicPartition(Topics.sealed), value: record.encoded)])
    }

    /// Puts the model of the next spec in force, and has rows of the one before collected, as a promotion does.
    func switchSpec() throws {
        guard let next = terms.next, let form = try manifests().first(where: { $0.featureSpec == next.binned.id })
        else {
            return
        }
        let sequences = records(Topics.sealed).compactMap { record -> UInt64? in
            guard case .activation(let wire) = record.value.flatMap({ WireSealedRecord(decoding: $0) })?.body else {
                return nil
            }
            return wire.sequence
        }
        try activate(form.digest, version: next.version, sequence: (sequences.max() ?? 0) + 1)
        try announce(terms.spec, sequence: 2)
    }

    private var coordinatorLog: SimulatedLog {
        SimulatedLog(broker, clock: clock, access: rights.access(of: .coordinator))
    }
}
