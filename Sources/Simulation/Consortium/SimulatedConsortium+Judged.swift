package import EventLogs
import Keys
import Manifests
import Model
import PipelineFiles
import Policy
import Records
import SecureScoring
import ThreeParty

/// What judges of a run look at.
extension SimulatedConsortium {
    /// The numbers of members that take part by the version of the agreement in force.
    package var members: [Int] { people.present }

    /// The records of a topic's only partition.
    package func records(_ topic: String) -> [LogRecord] { broker.records(of: TopicPartition(topic)) }

    /// The offsets of a member's transactions that have a decision, in the order of these.
    func decided(of member: Int) -> [Int64] {
        records(Topics.decisions(Terms.member(member))).compactMap {
            CloudEvent(json: $0.value ?? [])?.data.source.offset
        }
    }

    /// The offsets of a member's transactions that its agent has refused because the member left.
    func leftBehind(of member: Int) -> [Int64] {
        records(Topics.rejected(Terms.member(member))).compactMap { record in
            guard let wire = WireRejected(decoding: record.value ?? []) else { return nil }
            return wire.stage == "decision" && wire.reason == "member_left" ? wire.offset : nil
        }
    }

    /// What of keys is waited for, in words; nil where nothing is.
    func isWaitingForKeys(erased: Bool) -> String? {
        conductor.isWaiting(erased: erased)
            ?? (people.isWaiting ? "a version of the agreement has not taken effect" : nil)
    }

    /// An order of the epoch that changes of members wait for, where they do and no other is under way.
    func orderWhatMembersWaitFor() {
        if conductor.isWaiting(erased: false) == nil, people.isWaiting { conductor.order() }
    }

    /// The private keys of closed epochs that parties, and members that take part, still have, in words
    func keysLeft() -> [String] {
        heldKeys.map { "\($0.name) still has \($0.key), and epoch \($0.epoch) is closed" }
    }

    /// Whether there is any such key.
    var hasKeysLeft: Bool { heldKeys.contains { _ in true } }

    /// Those of the newest epochs first, which are looked for while others are gone long since.
    private var heldKeys: some Sequence<(name: String, key: String, epoch: KeyEpoch)> {
        let present = people.present
        let closed = (conductor.history?.lives ?? []).reversed().filter { $0.closing != nil }
        return closed.lazy.flatMap { [keys] life in
            let suffix = life.order == nil ? "" : "-\(life.number)"
            let own = PartyID.allCases.flatMap { party in
                ["agreement", "hpke"].map { (name: party.name, key: $0 + suffix, epoch: life.number) }
            }
            let sessions = present.map {
                (name: Terms.member($0).name, key: "session-\(life.number)", epoch: life.number)
            }
            return (own + sessions).lazy.filter { keys.of($0.name).holds($0.key) }
        }
    }

    /// The rows that a party keeps.
    func scoredRows(_ party: PartyID) throws -> ScoredRowStore {
        guard let limits = Terms.rows else { preconditionFailure("rows of a year, in some bytes") }
        let state = try machine(of: .party(party.rawValue)).open(".rows-0", takingOver: false)
        return try ScoredRowStore(RowTerms(state: state, limits: limits), partition: 0)
    }

    /// The manifests of all models that were dealt, in the log's order.
    func manifests() throws -> [ModelManifest] {
        let wires = records(Topics.manifests).compactMap { WireModelManifest(decoding: $0.value ?? []) }
        return try wires.map {
            try ModelManifest(
                verifying: $0, consortium: terms.roster.consortium, coordinator: terms.roster.coordinator)
        }
    }

    /// The digests of models of a spec.
    func models(of spec: BinnedSpec) -> [[UInt8]] {
        ((try? manifests()) ?? []).filter { $0.featureSpec == spec.id }.map(\.digest.bytes)
    }

    /// What the bits of rows of a spec mean; nil where no model of it was dealt.
    func rowForm(_ spec: BinnedSpec) throws -> Digest32? {
        try manifests().first { $0.featureSpec == spec.id }?.rowForm
    }

    /// Positions that were set back, and masks that were used twice, in words.
    package var faults: [String] {
        machines.sorted { $0.key < $1.key }.flatMap { role, machine in
            machine.setBack.map { "position set back at \(role): \($0)" }
        } + links.reusedMasks.map { "mask used twice: \($0)" }
    }
}
