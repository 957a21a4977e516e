package import Keys
package import Model
package import Records
import Sealing
package import Secrets
import ThreeParty

/// The maker of records for `consortium.sealed`, of a transaction and its features.
package protocol TransactionSealing: AnyObject {
    /// Those that it seals under.
    var sessions: SealingSessions { get }

    /// - Parameter id: the agent's keyed hash of the transaction's id (`AgentState.id(of:)`).
    func eventID(_ id: UInt64) -> EventID

    /// - Parameters:
    ///   - features: the spec's that a member computes.
    ///   - shadow: those of a second spec; nil where there is none, or they are not known.
    func seal(
        _ transaction: Transaction, event: EventID, features: [Double], shadow: [Double]?, tokens: BoxedTokens,
        at place: SealedPlace
    ) -> [UInt8]
}

/// The sealer of shares: quantises features, shares their thermometer bits and seals one box a party.
package final class TransactionSealer: TransactionSealing {
    private var own: SealingMember
    package let sessions: SealingSessions
    private let spec: BinnedSpec
    private let shadow: BinnedSpec?
    private var streams = CounterStream()
    /// Random bytes that nothing has yet.
    private var drawn: ArraySlice<UInt8> = []
    /// Transactions that they are drawn for at once.
    private static let drawnAtOnce = 16

    /// - Parameters:
    ///   - sessions: that it seals under; a record goes by those of its own time.
    ///   - shadow: a second spec, whose bits are shared beside the first one's.
    ///   - idKey: turns the agent's ids of transactions into event ids; the member's alone.
    ///   - random: fresh random bytes, as many as asked for.
    package init(
        member: MemberID, sessions: SealingSessions, spec: BinnedSpec, shadow: BinnedSpec? = nil,
        idKey: consuming SecretKey,
        random: @escaping @Sendable (Int) -> [UInt8]
    ) {
        own = SealingMember(member, sessions: sessions, idKey: idKey, random: random) {
            BoxSealer($0.transactionBoxes, random: random)
        }
        self.sessions = sessions
        self.spec = spec
        self.shadow = shadow
    }

    /// Seals under the sessions of one epoch.
    package convenience init(
        member: MemberID, epoch: UInt32, sessions: [PartyID: Session], spec: BinnedSpec, shadow: BinnedSpec? = nil,
        idKey: consuming SecretKey,
        random: @escaping @Sendable (Int) -> [UInt8]
    ) {
        self.init(
            member: member, sessions: SealingSessions(.init(number: epoch, sessions: sessions)), spec: spec,
            shadow: shadow, idKey: idKey, random: random)
    }

    package func eventID(_ id: UInt64) -> EventID { own.eventID(id) }

    /// The record for `consortium.sealed`.
    package func seal(
        _ transaction: Transaction, event: EventID, features: [Double], shadow: [Double]? = nil, tokens: BoxedTokens,
        at place: SealedPlace
    ) -> [UInt8] {
        own.follow()
        let second = shadow.flatMap { features in self.shadow.map { (spec: $0, bits: $0.ownThermometer(features)) } }
        // Two seeds a spec and three boxes.
        let seeds = second == nil ? 2 : 4
        var bytes = draw(seeds * SeededComponents.seedBytes + 3 * BoxSealer.freshBytes)
        func fresh(_ count: Int) -> [UInt8] {
            defer { bytes = bytes.dropFirst(count) }
            return Array(bytes.prefix(count))
        }
        func shared(_ bits: [UInt8]) -> SeededComponents {
            SeededComponents(
                bits, group: .xor, seeds: (fresh(SeededComponents.seedBytes), fresh(SeededComponents.seedBytes)),
                from: event.number, &streams)
        }
        // The parties' own bits come behind.
        let sharing = shared(spec.ownThermometer(features))
        let secondSharing = second.map { shared($0.bits) }
        let header = header(
            transaction, event: event, tokens: tokens, at: place, shadowSpec: second?.spec.id ?? 0)
        let plaintexts = PartyID.allCases.map { party in
            let parts = sharing.parts(for: party)
            return ShareBox.encoded(
                parts.first, parts.second, tokens: tokens.bytes, shadow: secondSharing?.parts(for: party))
        }
        return SealedTransaction.record(
            header: header, boxes: plaintexts.map { $0.count + SealedBox.overhead }
        ) { number, record in
            own.sealers[number].seal(
                plaintexts[number], fresh: bytes.prefix(BoxSealer.freshBytes),
                associated: boxAssociatedData(header: header, party: PartyID.allCases[number]), onto: &record)
            bytes = bytes.dropFirst(BoxSealer.freshBytes)
        }
    }

    /// Random bytes that nothing else has, drawn for some transactions at once: a call of the system's generator takes as long for
    /// one.
    private func draw(_ count: Int) -> ArraySlice<UInt8> {
        if drawn.count < count { drawn = own.random(Self.drawnAtOnce * count)[...] }
        defer { drawn = drawn.dropFirst(count) }
        return drawn.prefix(count)
    }

    /// The header of a record: what everybody may read of a transaction, encoded.
    package func header(
        _ transaction: Transaction, event: EventID, tokens: BoxedTokens, at place: SealedPlace, shadowSpec: UInt64 = 0
    ) -> [UInt8] {
        SealedHeader(
            member: own.member, event: event, time: transaction.time, source: place.source, previous: place.previous,
            partition: UInt32(place.partition), sessionEpoch: own.epoch, session: own.session, featureSpec: spec.id,
            tokenEpoch: tokens.epoch, shadowSpec: shadowSpec
        ).encoded
    }
}
