import EventLogs
import Keys
import LocalStore
import Manifests
import PipelineFiles
import Records
import Roles
import Stages
import Support

/// A consortium of three banks and an operator, each with its keys in a folder of its own, around one log.
final class AgreementTable {
    let folder: TemporaryFolder
    let log: SQLiteEventLog
    let roster: Roster

    init() throws {
        let folder = try TemporaryFolder()
        log = try SQLiteEventLog(directory: folder.path("log"), clock: SystemClock())
        try log.create([TopicSettings(name: Topics.agreement)])
        let authority = try CertificateAuthority(name: "test", now: 1_780_000_000, days: 1)
        func keys(_ name: String) -> RoleKeys { RoleKeys(directory: folder.path(name)) }
        var parties: [PartyID: Cell.Party] = [:]
        for id in PartyID.allCases {
            guard
                case .party(_, let hpke, let agreement, let identity, let certificate, _) = try keys("\(id)").make(
                    id, by: authority)
            else { continue }
            parties[id] = Cell.Party(
                id: id, host: "127.0.0.1", port: 7300 + id.rawValue, hpke: hpke, agreement: agreement,
                identity: identity, certificate: certificate)
        }
        let members = try ["bank-a", "bank-b", "bank-c"].map { name in
            let id = MemberID(name)!
            let card = try keys(name).make(id)
            guard case .member(_, let identity, let hpke) = card else { preconditionFailure("a member's card") }
            return Roster.Member(id: id, identity: identity, hpke: hpke, budget: .daily(5))
        }
        var roster = Roster(
            consortium: "demo", epoch: 1, coordinator: try keys("coordinator").makeCoordinator().identity,
            cell: Cell(parties), members: members, eventTime: nil)
        let anna = OperatorID("anna")!
        roster.operators = [.init(id: anna, identity: try keys("anna").make(anna).identity)]
        roster.approvals = 1
        roster.countLimit = 77
        self.roster = roster
        self.folder = folder
    }

    func seat(_ name: String?) throws -> AgreementSeat {
        try AgreementSeat(roster, keystore: name.map { FileKeystore(directory: folder.path($0)) }, log: log)
    }

    var history: ConsortiumHistory { get throws { try seat(nil).history } }

    /// Another log, without the topic.
    func bareLog() throws -> SQLiteEventLog {
        try SQLiteEventLog(directory: folder.path("bare"), clock: SystemClock())
    }

    private func say(_ statement: AgreementStatement, by author: SyncAuthor, _ name: String) throws {
        let key = try FileKeystore(directory: folder.path(name)).signingKey()
        let record = try statement.record(by: author, consortium: "demo", key: key)
        try log.append([NewRecord(TopicPartition(Topics.agreement), value: record)])
    }

    /// Makes the next epoch of keys, on the version in force, until three parties are ready for it.
    func rotate() throws {
        let epoch = try history.epochs.newest.number.next
        let order = EpochOrder(
            epoch: epoch, attempt: 1, agreement: try history.agreement.inForce.digest,
            suite: try history.epochs.newest.suite)
        try say(.epochOrder(order), by: .coordinator, "coordinator")
        for party in PartyID.allCases {
            let offer = PartyOffer(
                epoch: epoch, attempt: 1, hpke: HPKEPrivateKey(order.suite).publicKey,
                agreement: HPKEPrivateKey().publicKey,
                certificate: Digest32(of: [Array("\(party) \(epoch)".utf8)]))
            try say(.partyOffer(offer), by: .party(party), "\(party)")
        }
        guard let keys = try history.epochs.composed else { preconditionFailure("three parties have offered") }
        let manifest = EpochManifest(
            epoch: epoch, attempt: 1, previous: keys.previous, agreement: keys.agreement, keys: keys.digest)
        try say(.epochManifest(manifest), by: .coordinator, "coordinator")
        for party in PartyID.allCases {
            try say(.epochReady(EpochReady(epoch: epoch, attempt: 1, keys: keys.digest)), by: .party(party), "\(party)")
        }
    }

    /// A party says that its keys of an epoch are gone.
    func erase(_ epoch: KeyEpoch, by party: PartyID) throws {
        try say(.epochErased(EpochErased(epoch: epoch, keys: [])), by: .party(party), "\(party)")
    }

    /// Puts the newest epoch of keys in force and closes the one before, as another can be ordered then.
    func moveOver() throws {
        let newest = try history.epochs.newest.number
        for (epoch, kind) in [(newest, EpochPlaces.Kind.activation), (KeyEpoch(newest.number - 1), .closing)] {
            try say(
                .epochPlaces(EpochPlaces(epoch: epoch, kind: kind, offsets: [0])), by: .coordinator, "coordinator")
        }
    }
}
