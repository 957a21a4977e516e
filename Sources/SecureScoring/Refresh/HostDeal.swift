package import Counters
package import EventLogs
package import Manifests
package import Records
package import ThreeParty

/// What two parties deal to the host that takes the third one's place: their counts and models, all of one generation, so that what
/// the old host had is of no use (docs/design/refresh.md). First comes a list of contents, then each object of it.
package enum HostDeal {
    /// What an object of the list is.
    fileprivate enum Kind: UInt8 {
        case counts = 1
        case model = 2
        case place = 3
        case key = 4

        /// The bytes of its name, and of the tag behind it. Places and keys of generations are alike at all three.
        var widths: (name: Int, tag: Int) {
            switch self {
            case .counts: (28, 32)
            case .model: (36, 32)
            case .place, .key: (4, 0)
            }
        }
    }

    /// A party's counts of one partition, as they stand in its state.
    package struct Counts: Sendable {
        package let partition: Int
        package let note: [UInt8]
        /// The sources that are counted, as `SourcePositions` keeps them.
        package let sources: [StateEntry]
        package let counters: PartyCounters

        /// Nil where nothing was ever counted.
        ///
        /// - Parameter members: of the consortium.
        package init?(partition: Int, state: any StateStore, spec: CounterSpec, members: Int) throws {
            guard let kept = try CounterStore(partition: partition, state: state).load(spec: spec, members: members)
            else { return nil }
            try self.init(partition: partition, note: kept.note, state: state, counters: kept.counters)
        }

        /// - Parameter state: which has the sources that are counted.
        init(partition: Int, note: [UInt8], state: any StateStore, counters: PartyCounters) throws {
            var sources: [StateEntry] = []
            try state.scan(SourcePositions.table(partition)) { sources.append($0) }
            self.init(
                partition: partition, note: note,
                sources: sources.sorted { $0.key.lexicographicallyPrecedes($1.key) }, counters: counters)
        }

        init(partition: Int, note: [UInt8], sources: [StateEntry], counters: PartyCounters) {
            self.partition = partition
            self.note = note
            self.sources = sources
            self.counters = counters
        }

        /// Writes them to a state, in the place of all that it has: of a take-over that was cut off.
        package func write(to state: any StateStore) throws(LogError) {
            for table in try state.tables() {
                // No key is as long.
                try state.removeAll(in: table, keysBelow: [UInt8](repeating: 0xFF, count: 256))
            }
            var counters = counters.inOrder()
            let writes = CounterStore(partition: partition, state: state).writes(counters.takeChanges(), note: note)
            try state.commit(
                writes + sources.map { .put(table: SourcePositions.table(partition), $0) }, positions: [])
        }
    }

    /// A party's share of a model in a generation.
    package struct Model: Sendable {
        package let digest: Digest32
        package let generation: ShareGeneration
        package let share: ModelShare

        package init(digest: Digest32, generation: ShareGeneration, share: ModelShare) {
            self.digest = digest
            self.generation = generation
            self.share = share
        }
    }

    /// All that a new host gets.
    package struct Content: Sendable {
        package var counts: [Counts]
        package var models: [Model]
        /// One a partition.
        package var places: [Place]
        /// The keys of generations that are not erased yet, which all three parties made.
        package var keys: [RefreshKey]

        package init(counts: [Counts], models: [Model], places: [Place], keys: [RefreshKey] = []) {
            self.counts = counts
            self.models = models
            self.places = places
            self.keys = keys
        }
    }

    /// The objects that a party deals, as it answers the new host's questions for them.
    ///
    /// - Parameters:
    ///   - deal: the digest of what orders the deal.
    ///   - keys: that the party shares with its neighbours.
    /// - Throws: `underWay` where counts are on the way to another key or generation.
    package static func sources(
        of content: Content, from party: PartyID, to receiver: PartyID, deal: Digest32, keys: borrowing PairKeys
    ) throws(DealError) -> [DealSource] {
        guard let component = DealtComponent(from: party, to: receiver) else {
            preconditionFailure("a party deals to another")
        }
        var list: [UInt8] = []
        var objects: [[UInt8]] = []
        for counts in content.counts.sorted(by: { $0.partition < $1.partition }) {
            let tag = keys.dealTag(
                party, to: receiver, deal: deal, withheld: try counts.counters.withheld(component))
            list += [Kind.counts.rawValue] + counts.name + tag
            objects.append(
                DealtCounts(
                    note: counts.note, sources: counts.sources, counters: try counts.counters.dealt(component)
                ).encoded)
        }
        for model in content.models.sorted(by: { $0.order.lexicographicallyPrecedes($1.order) }) {
            let tag = keys.dealTag(
                party, to: receiver, deal: deal, withheld: model.share.withheld(isFirst: component == .first))
            list += [Kind.model.rawValue] + model.order + tag
            objects.append(model.share.dealt(isFirst: component == .first).kept)
        }
        for place in content.places.sorted(by: { $0.partition < $1.partition }) {
            list += [Kind.place.rawValue] + UInt32(place.partition).bigEndianBytes
            objects.append(place.encoded)
        }
        for key in content.keys.sorted(by: { $0.generation < $1.generation }) {
            list += [Kind.key.rawValue] + key.generation.number.bigEndianBytes
            objects.append(key.kept)
        }
        return ([list] + objects).enumerated().map { number, bytes in
            DealSource(party: party, deal: deal, number: UInt32(number), bytes: bytes)
        }
    }
}

extension HostDeal.Counts {
    /// The partition (4), then of the spec: seconds of a bucket, seconds back, events of a member (8 each); big-endian.
    fileprivate var name: [UInt8] {
        let spec = counters.counters.spec
        return UInt32(partition).bigEndianBytes + spec.bucketSeconds.bigEndianBytes + spec.reach.bigEndianBytes
            + Int64(spec.limit).bigEndianBytes
    }
}

extension CounterSpec {
    /// The spec of a name in a list of contents; nil where it is none that a party can count by.
    fileprivate init?(name: [UInt8]) {
        let numbers = [4, 12, 20].map { Int64(bitPattern: UInt64(bigEndianBytes: name[$0..<$0 + 8])) }
        guard let limit = Int(exactly: numbers[2]) else { return nil }
        self.init(bucketSeconds: numbers[0], reach: numbers[1], limit: limit)
    }
}

extension HostDeal.Model {
    /// The digest (32), then the generation (4, big-endian).
    fileprivate var order: [UInt8] { digest.bytes + generation.number.bigEndianBytes }
}

/// Why a new host can't take what it is dealt.
package enum TakeOverError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The two dealers have other counts, models or generations, or hold different components of one sharing.
    case differ(String)
    /// A dealer sent what is no object of its list.
    case malformed(PartyID)
    /// The leader's new host can't know whether the last batch of this partition, which both others have, was decided.
    case undecided(partition: Int)

    package var description: String {
        switch self {
        case .differ(let what): "the two other parties deal different \(what)"
        case .malformed(let dealer): "\(dealer) deals something that can't be read"
        case .undecided(let partition):
            "what is counted of partition \(partition) ends before what is scored: whether the last batch was decided is not known"
        }
    }
}

/// The taking over at the new host: asks both dealers for one object after the other, and holds them against each other. A function
/// of frames; begun anew it asks from the first on.
package struct HostTakeOver {
    package let party: PartyID
    private let deal: Digest32
    private let members: Int
    private var sinks: [DealSink]
    private var number: UInt32 = 0
    private var expected: [(kind: HostDeal.Kind, name: [UInt8])] = []
    private var content = HostDeal.Content(counts: [], models: [], places: [])
    private var isDone = false

    /// - Parameter members: of the consortium.
    package init(party: PartyID, deal: Digest32, members: Int) {
        self.party = party
        self.deal = deal
        self.members = members
        sinks = Self.sinks(party, deal, 0)
    }

    private static func sinks(_ party: PartyID, _ deal: Digest32, _ number: UInt32) -> [DealSink] {
        [party.previous, party.next].map { DealSink(party: party, dealer: $0, deal: deal, number: number) }
    }

    /// All that was dealt; nil where something is missing.
    package var taken: HostDeal.Content? { isDone ? content : nil }

    /// How many objects are there, and how many are to be; nil before the list of contents.
    package var progress: (taken: Int, of: Int)? { number == 0 ? nil : (Int(number) - 1, expected.count) }

    /// What this party asks now, and whom.
    package var asks: [(frame: Frame, dealer: PartyID)] {
        isDone ? [] : sinks.compactMap { sink in sink.ask.map { ($0, sink.dealer) } }
    }

    package mutating func receive(_ frame: Frame) throws(TakeOverError) {
        guard !isDone else { return }
        for at in sinks.indices {
            do throws(RefreshError) { try sinks[at].receive(frame) } catch { throw .malformed(sinks[at].dealer) }
        }
        guard let first = sinks[0].bytes, let second = sinks[1].bytes else { return }
        if number == 0 { try takeList(first, second) } else { try take(first, second) }
        number += 1
        if Int(number) > expected.count { try finish() } else { sinks = Self.sinks(party, deal, number) }
    }

    /// The list, which is public: alike at both, tags too.
    private mutating func takeList(_ first: [UInt8], _ second: [UInt8]) throws(TakeOverError) {
        guard first == second else { throw .differ("counts, models or shares") }
        var rest = first[...]
        while let byte = rest.popFirst() {
            guard let kind = HostDeal.Kind(rawValue: byte), rest.count >= kind.widths.name + kind.widths.tag else {
                throw .malformed(party.previous)
            }
            expected.append((kind, Array(rest.prefix(kind.widths.name))))
            rest = rest.dropFirst(kind.widths.name + kind.widths.tag)
        }
    }

    /// A follower commits a batch before the leader decides it (`ScorePartition`). A leader that began behind it would never decide
    /// it, and can't go back, since its records count as taken; so it has to be counted, which shows that it was.
    private mutating func finish() throws(TakeOverError) {
        if party == PlanProposal.leader {
            for place in content.places where place.position > 0 {
                let counts = content.counts.first { $0.partition == place.partition }
                guard counts.flatMap({ CountStanding(decoding: $0.note) })?.sealed == place.position else {
                    throw .undecided(partition: place.partition)
                }
            }
        }
        isDone = true
    }

    private mutating func take(_ first: [UInt8], _ second: [UInt8]) throws(TakeOverError) {
        let (kind, name) = expected[Int(number) - 1]
        switch kind {
        case .counts:
            let partition = Int(UInt32(bigEndianBytes: name[..<4]))
            guard let spec = CounterSpec(name: name) else { throw .malformed(party.previous) }
            func read(_ bytes: [UInt8], _ dealer: PartyID) throws(TakeOverError) -> DealtCounts {
                guard let counts = DealtCounts(decoding: bytes, spec: spec, members: members) else {
                    throw .malformed(dealer)
                }
                return counts
            }
            let (one, other) = (try read(first, party.previous), try read(second, party.next))
            do throws(DealError) {
                let counts = try DealtCounts(joining: one, other)
                content.counts.append(
                    HostDeal.Counts(
                        partition: partition, note: counts.note, sources: counts.sources, counters: counts.counters))
            } catch { throw .differ("counts of partition \(partition)") }
        case .model:
            guard let one = ModelShare(kept: first) else { throw .malformed(party.previous) }
            guard let other = ModelShare(kept: second) else { throw .malformed(party.next) }
            guard let digest = Digest32(name[..<32]), let share = ModelShare.joined(one, other) else {
                throw .differ("shapes of a model")
            }
            content.models.append(
                HostDeal.Model(
                    digest: digest, generation: ShareGeneration(UInt32(bigEndianBytes: name[32...])), share: share))
        case .place:
            let partition = Int(UInt32(bigEndianBytes: name))
            guard let one = HostDeal.Place(decoding: first, partition: partition) else {
                throw .malformed(party.previous)
            }
            guard let other = HostDeal.Place(decoding: second, partition: partition) else {
                throw .malformed(party.next)
            }
            guard let place = HostDeal.Place(joining: one, other) else {
                throw .differ("places of partition \(partition)")
            }
            content.places.append(place)
        case .key:
            let generation = ShareGeneration(UInt32(bigEndianBytes: name))
            guard first == second else { throw .differ("keys of generation \(generation)") }
            guard let key = RefreshKey(kept: first), key.generation == generation else {
                throw .malformed(party.previous)
            }
            content.keys.append(key)
        }
    }
}
