import EventLogs
package import Foundation
import Keys
package import Manifests
import Records

/// What the log says of keys, for people and for programs.
package struct EpochStory: Sendable {
    private let history: EpochHistory

    package init(_ history: EpochHistory) { self.history = history }

    // MARK: For people

    /// How far the next epoch is, in a line: which of six steps, and whom it waits for.
    ///
    /// - Parameter now: in seconds since 1970.
    package func progress(_ conductor: EpochConductor, now: Int64) -> String {
        switch history.standing {
        case .rest: "nothing is under way"
        case .offers(_, let attempt, let parties):
            "[1/6] keys offered\(attempt > 1 ? " (attempt \(attempt))" : ""): waiting for \(names(parties))"
        case .manifest: "[2/6] keys fixed: waiting for the coordinator"
        case .ready(_, _, let parties): "[3/6] parties ready: waiting for \(names(parties))"
        case .activation: "[4/6] in force: waiting for the coordinator"
        case .closing(let epoch, let since):
            "[5/6] in force; epoch \(epoch) is closed in \(max(0, since + conductor.grace - now)) s"
        case .erasure(let epoch, let parties): "[6/6] epoch \(epoch) closed: \(names(parties)) still to erase its keys"
        }
    }

    /// All epochs in order, then what is under way.
    package var lines: [String] {
        history.lives.flatMap(lines) + (history.rotation.map(lines) ?? [])
            + ["", "\(history.standing)"]
    }

    private func lines(_ life: EpochLife) -> [String] {
        let keys = life.keys
        var lines = ["epoch \(keys.number)  \(keys.digest)  agreement \(keys.agreement)"]
        guard let order = life.order else {
            return lines + ["  the roster's keys, from the beginning"] + ends(life)
        }
        let suites = Set(keys.parties.values.map(\.hpke.suite)).sorted().map(\.description).joined(separator: ", ")
        lines.append("  \(at(life.ordered))  ordered, attempt \(order.attempt), \(suites)")
        for change in changes(life) { lines.append("                        \(change)") }
        lines.append("  \(at(life.agreed))  all three parties are ready")
        for party in PartyID.allCases {
            guard let ready = life.ready[party], !ready.models.isEmpty || ready.counts > 0 else { continue }
            lines.append(
                "                        \(party.name) refreshed \(count(ready.models.count, "model")), "
                    + "\(count(Int(clamping: ready.counts), "token"))")
        }
        if let mark = life.activation { lines.append("  \(at(mark.time))  in force, \(places(mark))") }
        return lines + ends(life)
    }

    private func ends(_ life: EpochLife) -> [String] {
        guard let mark = life.closing else { return [] }
        var lines = ["  \(at(mark.time))  closed, \(places(mark))"]
        for (author, erased) in life.erased.sorted(by: { "\($0.key)" < "\($1.key)" }) {
            let keys = erased.keys.isEmpty ? "nothing that was left" : erased.keys.joined(separator: ", ")
            lines.append("                        \(author) has erased \(keys)")
        }
        return lines
    }

    private func lines(_ rotation: EpochRotation) -> [String] {
        let order = rotation.order
        var lines = [
            "epoch \(order.epoch)", "  \(at(rotation.time))  ordered, attempt \(order.attempt), \(order.suite)",
        ]
        for party in PartyID.allCases where rotation.offers[party] != nil {
            lines.append("                        \(party.name) has offered keys")
        }
        for member in history.memberOffers.keys.sorted() {
            lines.append("                        \(member) has offered keys")
        }
        if let keys = rotation.keys { lines.append("                        fixed as \(keys.digest)") }
        for party in PartyID.allCases where rotation.ready[party] != nil {
            lines.append("                        \(party.name) is ready")
        }
        return lines
    }

    /// Who is another than in the epoch before, or has other keys beyond what every epoch renews.
    private func changes(_ life: EpochLife) -> [String] {
        guard let former = history.life(KeyEpoch(life.number.number - 1))?.keys else { return [] }
        var changes: [String] = []
        for party in PartyID.allCases where former.parties[party]?.identity != life.keys.parties[party]?.identity {
            changes.append("\(party.name) is another")
        }
        for member in Set(former.members.keys).union(life.keys.members.keys).sorted() {
            switch (former.members[member], life.keys.members[member]) {
            case (nil, _?): changes.append("\(member) joins")
            case (_?, nil): changes.append("\(member) leaves")
            case (let old?, let new?) where old.identity != new.identity: changes.append("\(member) has a new identity")
            case (let old?, let new?) where old.hpke != new.hpke: changes.append("\(member) has a new HPKE key")
            default: break
            }
        }
        return changes
    }

    private func names(_ parties: [PartyID]) -> String { parties.map(\.name).joined(separator: ", ") }
    private func at(_ time: Int64) -> String { EventTime(seconds: time).rfc3339 }
    private func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }

    private func places(_ mark: EpochLife.Mark) -> String {
        "at \(Topics.sealed) "
            + mark.offsets.enumerated().map { "\($0.offset)@\($0.element)" }.joined(separator: ", ")
    }

    // MARK: For programs

    /// The same as JSON: digests in hexadecimal digits, keys in base64, times by RFC 3339.
    package func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(Form(history)) + Data([10])
    }
}

private struct Form: Encodable {
    struct Mark: Encodable {
        var at: String
        var offsets: [Int64]

        init(_ mark: EpochLife.Mark) {
            at = EventTime(seconds: mark.time).rfc3339
            offsets = mark.offsets
        }
    }

    struct Party: Encodable {
        var identity: String
        var hpke: String
        var suite: String
        var agreement: String
        var certificate: String

        init(_ keys: PartyKeys) {
            identity = base64(keys.identity.bytes)
            hpke = base64(keys.hpke.bytes)
            suite = keys.hpke.suite.description
            agreement = base64(keys.agreement.bytes)
            certificate = base64(keys.certificate.bytes)
        }
    }

    struct Member: Encodable {
        var identity: String
        var hpke: String
        var suite: String

        init(_ keys: MemberKeys) {
            identity = base64(keys.identity.bytes)
            hpke = base64(keys.hpke.bytes)
            suite = keys.hpke.suite.description
        }
    }

    struct Epoch: Encodable {
        var epoch: UInt32
        var digest: String
        var previous: String
        var agreement: String
        /// Nothing of the roster's own.
        var attempt: UInt32?
        var ordered_at: String?
        var agreed_at: String?
        var activation: Mark?
        var closing: Mark?
        var erased: [String: [String]]
        var parties: [String: Party]
        var members: [String: Member]

        init(_ life: EpochLife) {
            epoch = life.number.number
            digest = hexadecimal(life.keys.digest.bytes)
            previous = hexadecimal(life.keys.previous.bytes)
            agreement = hexadecimal(life.keys.agreement.bytes)
            attempt = life.order?.attempt
            ordered_at = life.order.map { _ in EventTime(seconds: life.ordered).rfc3339 }
            agreed_at = life.order.map { _ in EventTime(seconds: life.agreed).rfc3339 }
            activation = life.activation.map(Mark.init)
            closing = life.closing.map(Mark.init)
            erased = Dictionary(uniqueKeysWithValues: life.erased.map { ("\($0.key)", $0.value.keys) })
            parties = Dictionary(uniqueKeysWithValues: life.keys.parties.map { ($0.key.name, Party($0.value)) })
            members = Dictionary(uniqueKeysWithValues: life.keys.members.map { ($0.key.name, Member($0.value)) })
        }
    }

    struct UnderWay: Encodable {
        var epoch: UInt32
        var attempt: UInt32
        var ordered_at: String
        var offered: [String]
        var digest: String?
        var ready: [String]

        init(_ rotation: EpochRotation) {
            epoch = rotation.order.epoch.number
            attempt = rotation.order.attempt
            ordered_at = EventTime(seconds: rotation.time).rfc3339
            offered = rotation.offers.keys.sorted().map(\.name)
            digest = rotation.keys.map { hexadecimal($0.digest.bytes) }
            ready = rotation.ready.keys.sorted().map(\.name)
        }
    }

    var standing: String
    var newest: UInt32
    var active: UInt32
    var epochs: [Epoch]
    var under_way: UnderWay?

    init(_ history: EpochHistory) {
        standing = history.standing.name
        newest = history.newest.number.number
        active = history.active.number.number
        epochs = history.lives.map(Epoch.init)
        under_way = history.rotation.map(UnderWay.init)
    }
}

private func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

extension EpochStanding {
    /// A stable word.
    fileprivate var name: String {
        switch self {
        case .rest: "rest"
        case .offers: "offers"
        case .manifest: "manifest"
        case .ready: "ready"
        case .activation: "activation"
        case .closing: "closing"
        case .erasure: "erasure"
        }
    }
}
